"""Square codes for cameras: what an authenticator reads, for a page to draw and for a terminal."""

from io import StringIO
from typing import Final

import segno

CORRECTION: Final = "m"
"""What a screen needs: a seventh of the code may be unreadable."""


def rows(text: str) -> tuple[str, ...]:
    """The modules, row by row, `1` for a dark one. The quiet zone around it is the drawer's."""
    return tuple("".join("1" if module else "0" for module in row) for row in segno.make_qr(text, CORRECTION).matrix)


def drawn(text: str) -> str:
    """The code in half blocks, quiet zone included: right on a dark terminal, inverted on a light one."""
    out = StringIO()
    segno.make_qr(text, CORRECTION).terminal(out, compact=True)
    return out.getvalue()
