"""`entrypoints` is also a name on the package index, `adapters` may be: ours must be the ones imported."""

import importlib.util
from pathlib import Path

import pytest

from tests.architecture.rules import PROJECT


@pytest.mark.parametrize("name", ["errand_domain", "adapters", "entrypoints"])
def test_our_package_is_the_one_imported(name: str):
    folder = PROJECT / "src" / name
    if not list(folder.rglob("*.py")):
        pytest.skip(f"src/{name} holds no module yet")
    found = importlib.util.find_spec(name)
    assert found is not None
    assert [Path(place) for place in found.submodule_search_locations or ()] == [folder]
