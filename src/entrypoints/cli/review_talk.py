"""Asking a reviewer, at a terminal or through a pipe."""

import signal
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager

import click
from attrs import frozen


class Done(Exception):
    """There is nobody to answer any more."""


@frozen
class Talk:
    """Lines said and lines read. Where programs read standard output, the talk is on standard error."""

    aside: bool

    def say(self, text: str = "") -> None:
        """A line for the reviewer."""
        click.echo(text, err=self.aside)

    def ask(self, prompt: str) -> str:
        """The line that was typed; raises `Done` at the end of the input. What comes through a pipe is echoed."""
        click.echo(f"{prompt} ", nl=False, err=self.aside)
        with _interruptible():
            line = sys.stdin.readline()
        if not line:
            self.say()
            raise Done
        if not sys.stdin.isatty():
            self.say(line.strip())
        return line.strip()


@contextmanager
def _interruptible() -> Generator[None]:
    """Ctrl-C ends the waiting at once: the loop's own handler would only ask us to stop when a line has come."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
