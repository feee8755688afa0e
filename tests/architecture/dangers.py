"""House rules of security: nothing that somebody sent becomes a program, a pattern or a secret.

They stand beside the linter's own: these are asked by a test, with lines that pass and lines that fail.
"""

import ast
from pathlib import PurePosixPath
from typing import Final

from tests.architecture.rules import Complaints, Rule, imported_modules

RUNS_TEXT: Final = frozenset({"eval", "exec", "compile", "__import__"})
UNPACKS_ANYTHING: Final = frozenset({"pickle", "marshal", "shelve", "dbm", "yaml", "code", "runpy", "ctypes", "pty"})
STARTS_PROGRAMS: Final = frozenset({"system", "popen", "create_subprocess_shell"})
PATTERN_MAKERS: Final = frozenset({"compile", "match", "fullmatch", "search", "sub", "subn", "split", "findall"})
WAITS: Final = ("src/entrypoints/worker/backoff.py", "src/entrypoints/worker/outbox.py", "src/adapters/sql/retries.py")
"""Where chance spreads waiting, and keeps nothing secret."""


def is_product(path: PurePosixPath) -> bool:
    """What is installed and runs, without what embedders test with."""
    return path.is_relative_to("src") and not path.is_relative_to("src/errand_domain/testing")


def takes_what_is_sent(path: PurePosixPath) -> bool:
    """Where words of people go through: the edge, the rules, and what stores them."""
    folders = ("src/entrypoints/http", "src/errand_domain", "src/adapters/sql", "src/adapters/redis")
    return is_product(path) and any(path.is_relative_to(folder) for folder in folders)


def programs(source: str) -> Complaints:
    """Text that is run, bytes that are unpacked into whatever they say, shells, formats that are no literal."""
    for node in ast.walk(ast.parse(source)):
        for module in imported_modules(node):
            if module in UNPACKS_ANYTHING | {"subprocess"}:
                yield node.lineno, f"imports `{module}`"
        match node:
            case ast.Call(func=ast.Name(id=name), lineno=line) if name in RUNS_TEXT:
                yield line, f"runs text with `{name}`"
            case ast.Call(func=ast.Attribute(attr=name), lineno=line) if name in STARTS_PROGRAMS:
                yield line, f"starts a shell with `{name}`"
            case ast.Call(func=ast.Attribute(attr="format" | "format_map", value=template), lineno=line):
                if not _is_constant(template):
                    yield line, "formats what is no literal"


def patterns(source: str) -> Complaints:
    """Patterns that are made while requests are served: what somebody sent could be one."""
    functions = [n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    for node in (inner for function in functions for inner in ast.walk(function)):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=name), args=[first, *_], lineno=line):
                if name in PATTERN_MAKERS and not _is_constant(first):
                    yield line, "makes a pattern of what is no literal"


def chance(source: str) -> Complaints:
    """Numbers that can be foretold."""
    for node in ast.walk(ast.parse(source)):
        for module in imported_modules(node):
            if module == "random":
                yield node.lineno, "rolls dice that can be foretold: ask `Secrets`"


def _is_constant(node: ast.expr) -> bool:
    """A literal, or a name in capitals."""
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and node.id.isupper())


DANGERS: Final = (
    Rule(
        name="nothing that was sent is run",
        covers=is_product,
        complaints=programs,
        good=(
            "from importlib import import_module",
            "await asyncio.create_subprocess_exec(*opener, path)",
            "pattern = re.compile('[0-9]+')",
            "address = ENDPOINT.format(region=region)",
            "'{} of {}'.format(one, all)",
        ),
        bad=(
            "eval(text)",
            "exec(text)",
            "__import__(name)",
            "import pickle",
            "from subprocess import run",
            "os.system(f'open {path}')",
            "await asyncio.create_subprocess_shell(line)",
            "text.format(secret=secret)",
        ),
    ),
    Rule(
        name="no pattern is made of what was sent",
        covers=takes_what_is_sent,
        complaints=patterns,
        good=(
            "WORDS = re.compile('|'.join(LIST))",
            "def read(text): return re.search('a+', text)",
            "def read(text): return PATTERN.search(text)",
        ),
        bad=("def read(text): return re.search(text, 'x')", "def read(word): return re.compile(f'{word}+')"),
    ),
    Rule(
        name="no secret is left to chance",
        covers=lambda path: is_product(path) and str(path) not in WAITS,
        complaints=chance,
        good=("import secrets", "from secrets import token_bytes"),
        bad=("import random", "from random import choice"),
    ),
)
