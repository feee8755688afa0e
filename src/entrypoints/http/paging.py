"""How lists are asked for, part by part."""

from typing import Annotated, Final
from uuid import UUID

from litestar.params import Parameter

PAGE_MOST: Final = 50
Limit = Annotated[int, Parameter(ge=1, le=PAGE_MOST, description="How many at most.")]
Before = Annotated[UUID | None, Parameter(description="Continue after this one: the `next` of the part before.")]
