"""The examples in docs/ run: every block fenced as ```python run, top to bottom, a page in one namespace.

Blocks with `name=…` belong to files that a reader writes down; those of one name form one program.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown.lexers import FencedCodeBlockLexer

DOCS: Final = Path(__file__).resolve().parents[2] / "docs"
NAMED: Final = re.compile(r"^```python name=(?P<name>\S+)\n(?P<source>.*?)^```$", re.MULTILINE | re.DOTALL)


def parse(document: Document) -> Iterator[Region]:
    """The blocks that are marked as examples."""
    for lexed in FencedCodeBlockLexer("python run")(document):
        yield Region(lexed.start, lexed.end, lexed.lexemes["source"], PythonEvaluator())


SYBIL: Final = Sybil(parsers=[parse], pattern="**/*.md", path=str(DOCS))


def marked(page: Path) -> list[Example]:
    """The examples of a page, in order, in one namespace."""
    return list(SYBIL.parse(page))


def named(page: Path) -> dict[str, str]:
    """The files that a page has its reader write, each with its blocks joined."""
    files: dict[str, list[str]] = {}
    for block in NAMED.finditer(page.read_text(encoding="utf-8")):
        files.setdefault(block["name"], []).append(block["source"])
    return {name: "\n".join(blocks) for name, blocks in files.items()}


PAGES: Final = sorted(DOCS.rglob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_the_examples_of_a_page_run(page: Path):
    run = [example.evaluate() for example in marked(page)]
    assert len(run) == page.read_text(encoding="utf-8").count("```python run\n")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))
def test_the_programs_of_a_page_run(page: Path, capsys: pytest.CaptureFixture[str]):
    programs = {name: source for name, source in named(page).items() if not name.startswith("test_")}
    for name, source in programs.items():
        exec(compile(source, str(page / name), "exec"), {"__name__": "__main__"})  # noqa: S102 - our own pages
    assert "Traceback" not in capsys.readouterr().err


def test_a_marked_block_is_run_and_an_unmarked_one_is_not(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("```python run\nx = 1\n```\n\n```python\nx = y\n```\n\n```python run\nassert x == 1\n```\n")
    blocks = [region.parsed for region in parse(Document(page.read_text(), str(page)))]
    assert blocks == ["x = 1\n", "assert x == 1\n"]
