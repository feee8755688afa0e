"""How an image is answered, whoever asked for it and by which way."""

from typing import Final

from litestar import Response
from litestar.openapi.datastructures import ResponseSpec

from errand_domain.use_cases.files.stored_files import FetchedFile

EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png"}
UNSEEN: Final = "private, no-store"
"""For student cards, and for what operators look at in a case: no browser keeps them."""
RUNS_NOTHING: Final = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
"""Even where a browser takes it for a page, it is none of ours, and stands in no other."""

IMAGE_TOLD: Final = ResponseSpec(
    data_container=bytes, generate_examples=False, description="The image.", media_type="image/*"
)


def named(name: str) -> str:
    """What it is called where somebody keeps it: a name of ours, and nothing that was typed."""
    return f'inline; filename="{name}"'


def shown(found: FetchedFile, *, kept_seconds: int) -> Response[bytes]:
    """The image, which runs nothing whatever a browser takes it for; student cards are kept nowhere."""
    is_unseen = found.file.purpose == "student_card" or kept_seconds == 0
    file = found.file
    return Response(
        found.content,
        media_type=file.media_type,
        headers={
            "Content-Disposition": named(f"{file.id}.{EXTENSIONS.get(file.media_type, 'bin')}"),
            "Content-Security-Policy": RUNS_NOTHING,
            "Cache-Control": UNSEEN if is_unseen else f"private, max-age={kept_seconds}",
        },
    )
