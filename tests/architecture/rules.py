"""The house rules that no linter knows, each a small function from source text to complaints.

A rule carries lines that it must accept and lines that it must refuse: `test_house_rules.py` tries the rule
on those first, and then on the tree. Run as a program it checks that the files named hold no package index.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from attrs import frozen

PROJECT: Final = Path(__file__).resolve().parents[2]
MODULE_LINES_MAX: Final = 350

Complaints = Iterator[tuple[int, str]]


@frozen(kw_only=True)
class Rule:
    """One rule: where it holds, what it finds, and its own examples."""

    name: str
    covers: Callable[[PurePosixPath], bool]
    complaints: Callable[[str], Complaints]
    good: tuple[str, ...]
    bad: tuple[str, ...]


# -- Money is counted in whole fen ---------------------------------------------------------------------------

MONEY_FOLDERS: Final = ("src/errand_domain/payment", "src/errand_domain/settlement")
MONEY_WORDS: Final = re.compile(
    r"(?:^|_)(?:money|fee|fees|pricing|prices?|quotes?|refunds?|ledger|withdrawals?|tips?)(?:_|$)"
)


def is_about_money(path: PurePosixPath) -> bool:
    """The payment and settlement packages whole, and any module of the product named after money."""
    inside = any(path.is_relative_to(folder) for folder in MONEY_FOLDERS)
    named = path.is_relative_to("src") and any(MONEY_WORDS.search(part) for part in (path.stem, path.parent.name))
    return inside or named


def floats(source: str) -> Complaints:
    """Every way by which a float gets in: a literal, the type, and true division."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=float() | complex(), lineno=line):
                yield line, "a float literal"
            case ast.Name(id="float" | "Decimal" as name, lineno=line):
                yield line, f"`{name}`: money is an int of fen"
            case ast.BinOp(op=ast.Div(), lineno=line) | ast.AugAssign(op=ast.Div(), lineno=line):
                yield line, "true division gives a float: use `//` and name who keeps the odd fen"
            case ast.Constant(value=str() as text, lineno=line) if text in {"float", "Decimal"}:
                yield line, "a float in a quoted annotation"


# -- The domain is pure --------------------------------------------------------------------------------------

IMPURE_MODULES: Final = frozenset(
    {"asyncio", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "socket"}
    | {"subprocess", "sys", "threading", "time"},
)
IMPURE_NAMES: Final = frozenset({"input", "open", "print"})
CLOCK_READINGS: Final = frozenset({"now", "today", "utcnow"})
CLOCK_OWNERS: Final = frozenset({"date", "datetime"})
ID_MAKERS: Final = frozenset({"uuid1", "uuid3", "uuid4", "uuid5", "uuid7"})


def is_domain(path: PurePosixPath) -> bool:
    """The domain, without what embedders test with."""
    return path.is_relative_to("src/errand_domain") and not path.is_relative_to("src/errand_domain/testing")


def is_core(path: PurePosixPath) -> bool:
    """The rules themselves: the domain without its use cases and the promises that they are built on."""
    outer = ("src/errand_domain/use_cases", "src/errand_domain/ports")
    return is_domain(path) and not any(path.is_relative_to(folder) for folder in outer)


def impurities(source: str) -> Complaints:
    """A clock, chance, new ids, the world outside: they all come through ports."""
    for node in ast.walk(ast.parse(source)):
        for module in imported_modules(node):
            if module in IMPURE_MODULES:
                yield node.lineno, f"imports `{module}`"
        match node:
            case ast.ImportFrom(module="uuid", names=names, lineno=line):
                yield from ((line, f"makes ids with `{a.name}`") for a in names if a.name in ID_MAKERS)
            case ast.Attribute(attr=reading, value=ast.Name(id=owner) | ast.Attribute(attr=owner), lineno=line):
                if reading in CLOCK_READINGS and owner in CLOCK_OWNERS:
                    yield line, f"reads the clock with `{owner}.{reading}`"
                if reading in ID_MAKERS:
                    yield line, f"makes ids with `{reading}`"
            case ast.Call(func=ast.Name(id=name), lineno=line) if name in IMPURE_NAMES:
                yield line, f"calls `{name}`"


def asynchrony(source: str) -> Complaints:
    """Rules are decided, not awaited."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith | ast.Await):
            yield node.lineno, "is asynchronous"


def libraries(source: str) -> Complaints:
    """Anything that is neither the standard library nor attrs nor the domain itself."""
    allowed = sys.stdlib_module_names | {"attrs", "errand_domain"}
    for node in ast.walk(ast.parse(source)):
        for module in imported_modules(node):
            if module not in allowed:
                yield node.lineno, f"imports `{module}`"


def imported_modules(node: ast.AST) -> Iterator[str]:
    """The top-level names that an import statement reaches for; relative ones stay at home."""
    match node:
        case ast.Import(names=names):
            yield from (alias.name.partition(".")[0] for alias in names)
        case ast.ImportFrom(module=str() as module, level=0):
            yield module.partition(".")[0]


# -- Modules are read by people ------------------------------------------------------------------------------


def missing_docstrings(source: str) -> Complaints:
    """Public classes and functions say what they promise."""
    for node in ast.parse(source).body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not node.name.startswith("_") and not ast.get_docstring(node):
            yield node.lineno, f"`{node.name}` does not say what it promises"


def overlong(source: str) -> Complaints:
    """A module is one idea."""
    count = len(source.splitlines())
    if count > MODULE_LINES_MAX:
        yield count, f"{count} lines, {MODULE_LINES_MAX} at most: this is more than one idea"


SAYS_NOTHING: Final = re.compile(
    r"(?:^|_)(?:base|common|helpers?|impl|managers?|misc|shared|utils?|utilities)(?:_|$)",
)


def empty_names(path: PurePosixPath) -> Iterator[str]:
    """Folders and modules whose name would fit anything."""
    for part in (*path.parent.parts, path.stem):
        if SAYS_NOTHING.search(part.lower()):
            yield f"`{part}` does not say what is in there"


# -- Where packages come from is the installer's business ----------------------------------------------------

INDEX_TRACES: Final = re.compile(
    r"""://[^/\s"']*\b(?:pypi|python[h]osted|npmjs|npmmirror|registry)\b   # a host that hands out packages
      | (?<!\S)--(?:extra-)?index-url[=\s]\S | (?<!\S)--(?:find-links|trusted-host)[=\s]\S
      | ^\s*(?:extra-)?index-url\s*=           # a line of pip's settings
      | "resolved"\s*:\s*"https?:              # a line of npm's lock file
    """,
    re.VERBOSE | re.MULTILINE,
)


def package_indices(text: str) -> Complaints:
    """A package index named in a file that others install from."""
    for found in INDEX_TRACES.finditer(text):
        yield text.count("\n", 0, found.start()) + 1, f"names a package index: {found.group().strip()}"


RULES: Final = (
    Rule(
        name="money is never a float",
        covers=is_about_money,
        complaints=floats,
        good=(
            "share = total * basis_points // 10_000",
            "def odd_fen(total: int) -> int: ...",
            "'''Half a yuan is 0.5; we say 50 fen.'''",
        ),
        bad=(
            "share = total * 0.85",
            "share = total / 3",
            "total /= 2",
            "def share(total: float) -> int: ...",
            "def share(total: 'float') -> int: ...",
            "share = int(float(text))",
            "rate = Decimal('0.85')",
            "tiny = 1e-9",
        ),
    ),
    Rule(
        name="the domain reads no clock, rolls no dice and touches no world",
        covers=is_domain,
        complaints=impurities,
        good=(
            "from datetime import datetime, timedelta",
            "def take(order, *, at: datetime): return at + timedelta(minutes=5)",
            "now = self.clock.now()",
            "from uuid import UUID",
            "reopened = order.open(at=now)",
        ),
        bad=(
            "at = datetime.now(UTC)",
            "at = datetime.datetime.now()",
            "today = date.today()",
            "clock = datetime.now",
            "import time",
            "from time import monotonic",
            "import random",
            "from secrets import token_hex",
            "from uuid import uuid4",
            "order_id = uuid.uuid4()",
            "import logging",
            "import asyncio",
            "from os import environ",
            "print(order)",
            "open('orders.json')",
        ),
    ),
    Rule(
        name="rules are synchronous",
        covers=is_core,
        complaints=asynchrony,
        good=("def take(order): ...",),
        bad=("async def take(order): ...", "async def f():\n    async with begin() as tx: pass"),
    ),
    Rule(
        name="the domain imports the standard library and attrs only",
        covers=is_domain,
        complaints=libraries,
        good=(
            "from attrs import frozen",
            "from collections.abc import Mapping",
            "from errand_domain.money import Money",
            "from . import states",
        ),
        bad=(
            "import attr",
            "import sqlalchemy.orm",
            "from msgspec import Struct",
            "from adapters.sql import orders",
        ),
    ),
    Rule(
        name="what is public in the domain says what it promises",
        covers=lambda path: path.is_relative_to("src/errand_domain"),
        complaints=missing_docstrings,
        good=(
            "class Open:\n    '''Anybody may take it.'''",
            "def _inner(): ...",
            "def take():\n    '''The first to commit wins.'''",
        ),
        bad=("class Open: ...", "def take(): ...", "async def take(): ..."),
    ),
    Rule(
        name="a module is one idea",
        # A migration is the schema at one moment: as long as the schema, and never changed again.
        covers=lambda path: path.is_relative_to("src") and path.parent.name != "versions",
        complaints=overlong,
        good=("x = 1\n" * MODULE_LINES_MAX,),
        bad=("x = 1\n" * (MODULE_LINES_MAX + 1),),
    ),
)


if __name__ == "__main__":
    traces = [(name, *found) for name in sys.argv[1:] for found in package_indices(Path(name).read_text())]
    for name, line, complaint in traces:
        sys.stderr.write(f"{name}:{line}: {complaint}\n")
    sys.exit(bool(traces))
