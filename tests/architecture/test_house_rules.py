"""The house rules, each tried on its own examples first and then on the tree."""

import subprocess
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from tests.architecture.dangers import DANGERS
from tests.architecture.rules import PROJECT, RULES, Rule, empty_names, is_about_money, package_indices

rules = pytest.mark.parametrize("rule", [*RULES, *DANGERS], ids=lambda rule: rule.name)


def product_modules() -> Iterator[PurePosixPath]:
    for path in sorted((PROJECT / "src").rglob("*.py")):
        yield PurePosixPath(path.relative_to(PROJECT))


def tracked_files() -> list[PurePosixPath]:
    """What is in the repository, or would be: an unpacked archive has no list, and no rule to break."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listing.stdout.split("\0") if listing.returncode == 0 else []
    return [PurePosixPath(name) for name in names if name and (PROJECT / name).is_file()]


@rules
def test_rule_accepts_its_good_lines(rule: Rule):
    assert {line: list(rule.complaints(line)) for line in rule.good} == {line: [] for line in rule.good}


@rules
def test_rule_refuses_its_bad_lines(rule: Rule):
    assert [line for line in rule.bad if not list(rule.complaints(line))] == []


@rules
def test_tree_keeps_the_rule(rule: Rule):
    found = [
        f"{path}:{line}: {complaint}"
        for path in product_modules()
        if rule.covers(path)
        for line, complaint in rule.complaints((PROJECT / path).read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/errand_domain/money.py", True),
        ("src/errand_domain/settlement/split.py", True),
        ("src/errand_domain/payment/attempt/states.py", True),
        ("src/errand_domain/order/pricing.py", True),
        ("src/adapters/sql/ledger.py", True),
        ("src/errand_domain/order/states.py", False),
        ("src/adapters/redis/positions.py", False),
        ("src/errand_domain/coffee.py", False),
        ("tests/domain/test_money.py", False),
    ],
)
def test_money_is_where_we_look_for_it(path: str, expected: bool):
    assert is_about_money(PurePosixPath(path)) is expected


@pytest.mark.parametrize(
    "path", ["src/adapters/utils.py", "src/common/money.py", "src/x/order_manager.py", "a/base.py"]
)
def test_a_name_that_fits_anything_is_refused(path: str):
    assert list(empty_names(PurePosixPath(path)))


@pytest.mark.parametrize("path", ["src/adapters/sql/orders.py", "src/x/database.py", "src/x/commonwealth.py"])
def test_a_name_that_says_something_is_accepted(path: str):
    assert not list(empty_names(PurePosixPath(path)))


def test_every_folder_and_module_says_what_is_in_it():
    roots = ("src", "tests", "miniprogram")
    paths = [path for path in tracked_files() if path.parts[0] in roots]
    assert {str(path): found for path in paths if (found := list(empty_names(path)))} == {}


@pytest.mark.parametrize(
    "line",
    [
        "Pillow @ https://registry.example/packages/x.whl",
        "see https://pypi.example/simple/attrs",
        "--index-url https://mirror.example/simple",
        "--extra-index-url=https://mirror.example",
        "--trusted-host mirror.example",
        "index-url = https://mirror.example/simple",
        '"resolved": "https://packages.example/is-number.tgz",',
    ],
)
def test_a_line_that_names_a_package_index_is_refused(line: str):
    assert next(package_indices(f"first\n{line}\n"))[0] == 2


@pytest.mark.parametrize(
    "line",
    [
        "attrs==26.1.0 \\",
        "    --hash=sha256:00ff",
        "# https://www.attrs.org explains it",
        "uv pip compile --no-emit-index-url",
        '"resolved": "packages/is-number",',
    ],
)
def test_a_line_that_names_none_is_accepted(line: str):
    assert not list(package_indices(line))


def test_no_file_names_a_package_index():
    ours = PurePosixPath(Path(__file__).relative_to(PROJECT))  # its examples are the only ones
    found: list[str] = []
    for path in tracked_files():
        if path == ours:
            continue
        text = (PROJECT / path).read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path}:{line}: {complaint}" for line, complaint in package_indices(text)]
    assert found == []


def test_requirements_hold_no_address_and_a_hash_for_each_package():
    files = sorted((PROJECT / "requirements").glob("*.txt"))
    assert [file.name for file in files] == ["dev.txt", "run.txt"]
    for file in files:
        text = file.read_text()
        assert "://" not in text
        pins = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert pins
        assert [line for line in pins if "==" not in line or not line.endswith("\\")] == []


def test_tests_run_with_the_versions_that_the_service_runs_with():
    def pins(name: str) -> set[str]:
        lines = (PROJECT / "requirements" / name).read_text().splitlines()
        return {line.split(" ")[0] for line in lines if line[:1].isalnum()}

    assert pins("run.txt") <= pins("dev.txt")
