"""The demonstration's session for a shell: written in shell, filled with where this demonstration is served."""

import shlex
import sys
from importlib.resources import files
from typing import Final

from entrypoints.demo.folder import DemoFolder

SHELL_FILE: Final = "session.sh"


def session(folder: DemoFolder) -> str:
    """A whole script for bash."""
    text = files("entrypoints.demo").joinpath(SHELL_FILE).read_text("utf-8")
    addresses = folder.addresses
    text = text.replace("@ADDRESS@", addresses.service).replace("@SANDBOX@", addresses.sandbox)
    return text.replace("@ENVIRONMENT@", exports(folder)).replace("@ERRAND@", errand_command())


def exports(folder: DemoFolder) -> str:
    """The settings of this demonstration, for a shell."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in folder.environment.items())


def errand_command() -> str:
    """`errand`, with this very Python."""
    return f"{shlex.quote(sys.executable)} -m entrypoints.cli"
