"""Every refusal: a code of its own, a sentence for people, a meaning; and the domain stands alone."""

import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import fields, has

import errand_domain
from errand_domain.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale, all_refusals

KINDS = (Invalid, Forbidden, NotFound, Conflict)


def modules() -> list[str]:
    found = pkgutil.walk_packages(errand_domain.__path__, "errand_domain.")
    return [module.name for module in found if ".testing" not in module.name]


for name in modules():
    importlib.import_module(name)
REFUSALS = [refusal for refusal in all_refusals() if refusal.__module__.startswith("errand_domain")]
refusals = pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.code)


def test_no_two_refusals_share_a_code():
    codes = [refusal.code for refusal in REFUSALS]
    assert len(codes) == len(set(codes)) > 60


@refusals
def test_a_refusal_has_a_code_a_chinese_sentence_and_a_meaning(refusal: type[DomainError]):
    assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", refusal.code)
    assert re.search(r"[\u4e00-\u9fff]", refusal.sentence)
    assert not refusal.sentence.endswith("。")
    assert (refusal.__doc__ or "").endswith(".")


@refusals
def test_a_refusal_is_of_one_kind(refusal: type[DomainError]):
    assert sum(issubclass(refusal, kind) for kind in KINDS) == 1


@refusals
def test_a_refusal_tells_its_facts(refusal: type[DomainError]):
    names = [attribute.name for attribute in fields(refusal)] if has(refusal) else []
    told = refusal(*range(len(names)))
    assert told.facts() == dict(zip(names, range(len(names)), strict=True))
    assert str(told).startswith(refusal.code)


def test_a_refusal_is_raised_and_caught_like_any_other():
    with pytest.raises(DomainError, match=r"^stale \(what=order\)$") as caught:
        raise Stale("order") from ValueError("cause")
    assert isinstance(caught.value.__cause__, ValueError)


def test_importing_the_domain_pulls_in_nothing_but_the_standard_library_and_attrs():
    script = (
        "import importlib, sys\n"
        "before = set(sys.modules)\n"
        f"for name in {modules()!r}: importlib.import_module(name)\n"
        "loaded = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(loaded - set(sys.stdlib_module_names)))\n"
    )
    source = str(Path(errand_domain.__path__[0]).parent)
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env={"PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name for name in found.stdout.split() if not name.startswith("_sysconfigdata")}
    assert loaded == {"attr", "attrs", "errand_domain"}
