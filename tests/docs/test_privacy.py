"""The page about privacy names, for everything that it lists, how long the program keeps it."""

import re
from pathlib import Path

from errand_domain.retention import RETENTION

PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "privacy.md"
HOW_LONG = 5


def test_the_inventory_names_every_row_of_the_table_of_retention_and_no_other():
    inventory = PAGE.read_text(encoding="utf-8").split("## The inventory")[1].split("## ")[0]
    rows = [
        line.split(" | ") for line in inventory.splitlines() if line.startswith("| ") and " | how long | " not in line
    ]
    named = [re.findall(r"`(\w+)`", row[HOW_LONG - 1]) for row in rows]
    assert all(named), "each line says how long"
    assert {name for names in named for name in names} == set(RETENTION)
