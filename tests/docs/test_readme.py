"""Whoever reads Chinese is led to the same places."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]


def linked(readme: str) -> set[str]:
    """What that page leads to, but the same page in the other language."""
    return set(re.findall(r"\]\(([^)#]+)", (ROOT / readme).read_text())) - {"README.md", "README.zh-CN.md"}


def test_both_readmes_lead_to_the_same_places():
    assert linked("README.md") == linked("README.zh-CN.md")


def test_every_guide_can_be_found_from_there():
    guides = {str(page.relative_to(ROOT)) for page in (ROOT / "docs" / "how-to").glob("*.md")}
    assert guides - linked("README.md") == set()
