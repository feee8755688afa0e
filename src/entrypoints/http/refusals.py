"""What a route may refuse, for the OpenAPI document."""

from typing import Final, Self

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import Example

from entrypoints.http.errors import PROBLEM_JSON, detail_of, status_of
from entrypoints.http.wire.examples import problem_example
from entrypoints.http.wire.problems import Problem
from errand_domain.errors import DomainError


class Refused(ResponseSpec):
    """A documented refusal. Litestar copies handlers deeply, layer by layer; what never changes need not be copied."""

    def __deepcopy__(self, memo: dict[int, object]) -> Self:
        """Itself."""
        return self


def refusals(*classes: type[DomainError]) -> dict[int, ResponseSpec]:
    """The documented refusals by status. What every route may refuse (no session, unreadable body) is added for all."""
    by_status = dict[int, list[type[DomainError]]]()
    for refusal in classes:
        by_status.setdefault(status_of(refusal), []).append(refusal)
    return {
        status: Refused(
            data_container=Problem,
            generate_examples=False,
            description=SEPARATOR.join(f"`{refusal.code}` {refusal.sentence}" for refusal in found),
            media_type=PROBLEM_JSON,
            examples=[_example(status, refusal) for refusal in found],
        )
        for status, found in by_status.items()
    }


SEPARATOR: Final = " · "


def _example(status: int, refusal: type[DomainError]) -> Example:
    value = problem_example(status=status, code=refusal.code, title=refusal.sentence, detail=detail_of(refusal))
    return Example(id=refusal.code, summary=refusal.sentence, value=value)
