"""The domain is a distribution of its own: it installs with attrs alone and works there."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from attrs import frozen

from tests.architecture.rules import PROJECT
from tests.docs.test_examples import named

DOMAIN = PROJECT / "src" / "errand_domain"

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("wheel")]


@frozen
class BareEnvironment:
    """A Python that has nothing but the wheel and what the wheel asks for."""

    python: Path

    def run(self, *arguments: str, folder: Path) -> str:
        """Run this Python away from our tree, deaf to our environment's paths."""
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL"))}
        done = subprocess.run(
            [self.python, *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def uv(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "uv", "--no-config", "--quiet", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def install(python: Path, *what: str | Path) -> None:
    """From what was fetched before if that is enough, else from the index."""
    words = ("pip", "install", "--python", python, *what)
    done = uv(*words, "--offline")
    if done.returncode:
        done = uv(*words)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "--out-dir", folder, DOMAIN)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def bare(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> BareEnvironment:
    folder = tmp_path_factory.mktemp("bare") / "venv"
    done = uv("venv", "--python", sys.executable, folder)
    assert done.returncode == 0, done.stderr
    python = folder / "bin" / "python"
    install(python, wheel)
    return BareEnvironment(python)


def test_the_wheel_holds_the_domain_and_nothing_else(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    modules = {f"errand_domain/{path.relative_to(DOMAIN).as_posix()}" for path in DOMAIN.rglob("*.py")}
    assert names == modules | {"errand_domain/py.typed", "errand_domain/member/guessable.txt"}


def test_the_wheel_installs_with_attrs_alone(bare: BareEnvironment):
    listing = uv("pip", "list", "--python", bare.python, "--format", "json")
    assert {package["name"] for package in json.loads(listing.stdout)} == {"attrs", "errand-domain"}


def test_every_module_of_the_wheel_imports_there(bare: BareEnvironment, tmp_path: Path):
    # What embedders test with needs the extra; everything else must do with attrs.
    script = (
        "import importlib, pkgutil, errand_domain\n"
        "found = pkgutil.walk_packages(errand_domain.__path__, 'errand_domain.', onerror=lambda name: None)\n"
        "names = [module.name for module in found if '.testing' not in module.name]\n"
        "for name in names: importlib.import_module(name)\n"
        "print(errand_domain.__path__[0])\n"
    )
    place = Path(bare.run("-W", "error", "-c", script, folder=tmp_path).strip())
    assert place.is_relative_to(bare.python.parent.parent)


@pytest.fixture(scope="module")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that `embed-the-domain` has its reader write."""
    folder = tmp_path_factory.mktemp("tutorial")
    for name, source in named(PROJECT / "docs" / "tutorial" / "embed-the-domain.md").items():
        (folder / name).write_text(source)
    return folder


def test_the_tutorial_takes_an_errand_through_its_life_with_attrs_alone(bare: BareEnvironment, tutorial: Path):
    said = bare.run("-W", "error", "errand.py", folder=tutorial)
    assert "order.taken" in said
    assert "runner_held          425" in said


def test_an_embedder_runs_a_contract_and_the_state_machine_under_their_own_rules(
    wheel: Path, bare: BareEnvironment, tutorial: Path
):
    install(bare.python, f"errand-domain[testing] @ {wheel.as_uri()}")
    said = bare.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "test_ours.py", folder=tutorial)
    assert "3 passed" in said
