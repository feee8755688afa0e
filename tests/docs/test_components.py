"""The page about components names each that the service is made of, and there is nothing else that it is made of."""

import re
import tomllib
from pathlib import Path

PAGE = Path("docs/how-to/keep-components-current.md")
ROW = re.compile(r"^\| ([a-z0-9, -]+) \| [^|]+ \| [^|]+ \|$", re.MULTILINE)
NAME = re.compile(r"[a-z0-9-]+")
FRAMES = re.compile(r"^\|[^|]+\| (\d+) days \|$", re.MULTILINE)


def named() -> list[str]:
    table = PAGE.read_text("utf-8").partition("| component |")[2]
    return [name for row in ROW.findall(table) for name in row.split(", ")]


def required() -> list[str]:
    wanted = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    return [match[0] for one in wanted if (match := NAME.match(one))]


def test_each_component_is_named_once_with_what_reaches_it():
    assert sorted(named()) == sorted(required())


def test_what_is_installed_is_what_is_listed_with_its_digests():
    listed = re.findall(
        r"^([a-z0-9-]+)(?:\[[a-z,]+\])?==", Path("requirements/run.txt").read_text("utf-8"), re.MULTILINE
    )
    assert set(required()) <= set(listed)


def test_the_time_to_remedy_a_fault_is_a_number_of_days_that_grows_as_it_matters_less():
    days = [int(found) for found in FRAMES.findall(PAGE.read_text("utf-8"))]
    assert len(days) == 3
    assert days == sorted(days)
