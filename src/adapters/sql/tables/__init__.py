"""The schema: one module per part of the business, all in one `METADATA`.

Whatever is queried, unique, constrained or summed has a column; the rest of an aggregate is a JSON document. What is
personal is sealed or a blind index: `personal` says for every column which.
"""

from adapters.sql.tables import content, credentials, delivery, money, ordering, people
from adapters.sql.tables.metadata import METADATA

__all__ = ["METADATA", "content", "credentials", "delivery", "money", "ordering", "people"]
