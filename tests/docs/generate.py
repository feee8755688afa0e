"""Write docs/reference anew: `make docs`."""

from pathlib import Path
from typing import Final

from tests.docs import pages, review_session
from tests.docs.limits import limits_page
from tests.docs.permissions_page import permissions_page
from tests.docs.retention_page import retention_page
from tests.docs.security_events_page import security_events_page
from tests.faults.page import fault_matrix

REFERENCE: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"
PAGES: Final = {
    **pages.PAGES,
    "fault-matrix.md": fault_matrix,
    "limits.md": limits_page,
    "permissions.md": permissions_page,
    "security-events.md": security_events_page,
    "retention.md": retention_page,
}


def generate(folder: Path = REFERENCE) -> None:
    """Every page, into that folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (folder / name).write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    generate()
    review_session.refresh()
