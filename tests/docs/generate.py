"""Write docs/reference anew: `make docs`."""

from pathlib import Path
from typing import Final

from tests.docs.pages import PAGES

REFERENCE: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"


def generate(folder: Path = REFERENCE) -> None:
    """Every page, into that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    generate()
