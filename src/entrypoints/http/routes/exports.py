"""Taking along all that is held about oneself."""

from typing import Final

from litestar import Router, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.response import Stream

from entrypoints.export_zip import MEDIA_TYPE, zipped
from entrypoints.http.dependencies import Uses
from entrypoints.http.gate import PROVEN, WITHOUT_CONSENT, Asking
from entrypoints.http.idempotency import NOT_KEPT
from entrypoints.http.refusals import refusals
from errand_domain.member.session import ProofTooOld
from errand_domain.ports.rate_limits import TooManyRequests
from errand_domain.use_cases.members.take_export import TakeExport

NAME: Final = "errand-export.zip"


@post(
    "/me/exports",
    status_code=200,
    opt={**WITHOUT_CONSENT, **NOT_KEPT, **PROVEN},
    responses={
        200: ResponseSpec(
            data_container=bytes,
            generate_examples=False,
            description="A zip: `data.json`, and the images in `files/`.",
            media_type=MEDIA_TYPE,
        ),
        **refusals(TooManyRequests, ProofTooOld),
    },
)
async def export(request: Asking, take_export: Uses[TakeExport]) -> Stream:
    """All that is held about the member, as a zip that is stored nowhere; once a day, and the member is told.

    An `Idempotency-Key` has no effect here: the answer is not kept, and so not repeated.
    """
    taken = await take_export(request.user.id, by=request.user)
    headers = {"Content-Disposition": f'attachment; filename="{NAME}"', "Cache-Control": "no-store"}
    return Stream(zipped(taken.facts, taken.contents()), media_type=MEDIA_TYPE, headers=headers)


EXPORTS: Final = Router("/", route_handlers=[export], tags=["me"])
