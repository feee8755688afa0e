"""The demonstration's session for a shell: written in shell, filled with where this demonstration is served."""

import shlex
import sys
from importlib.resources import files
from typing import Final

from entrypoints.sandbox.demo.folder import DemoFolder

SHELL_FILE: Final = "session.sh"


def session(folder: DemoFolder) -> str:
    """A whole script for bash."""
    text = files("entrypoints.sandbox.demo").joinpath(SHELL_FILE).read_text("utf-8")
    return text.replace("@ADDRESS@", folder.address).replace("@LEDGER@", ledger_command(folder))


def ledger_command(folder: DemoFolder) -> str:
    """`errand ledger verify` on this demonstration's data, with this very Python."""
    settings = " \\\n  ".join(f"{name}={shlex.quote(value)}" for name, value in folder.environment.items())
    return f"{settings} \\\n  {shlex.quote(sys.executable)} -m entrypoints.cli ledger verify"
