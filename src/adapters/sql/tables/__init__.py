"""The schema: one module per part of the business, all in one `METADATA`.

Whatever is queried, unique, constrained or summed has a column; the rest of an aggregate is a JSON document. Personal
facts stand in columns named `private` (or `value`, `real_name`, …) and nowhere else.
"""

from adapters.sql.tables import delivery, money, ordering, people
from adapters.sql.tables.metadata import METADATA

__all__ = ["METADATA", "delivery", "money", "ordering", "people"]
