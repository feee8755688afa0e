"""The parameters that many routes share."""

from typing import Annotated, Final
from uuid import UUID

from litestar.params import FromPath, QueryParameter

PAGE_MOST: Final = 50
PathId = FromPath[UUID]
AtCampus = Annotated[UUID, QueryParameter(name="campus", description="The campus, by its id.")]
Limit = Annotated[int, QueryParameter(ge=1, le=PAGE_MOST, description="How many at most.")]
Before = Annotated[UUID | None, QueryParameter(description="Continue after this one: the `next` of the part before.")]
