"""How an image is answered, whoever asked for it and by which way."""

from typing import Final

from litestar import Response
from litestar.openapi.datastructures import ResponseSpec

from errand_domain.use_cases.files import FetchedFile

EXTENSIONS: Final = {"image/jpeg": "jpg", "image/png": "png"}
UNSEEN: Final = "private, no-store"
"""For student cards, and for what operators look at in a case: no browser keeps them."""

IMAGE_TOLD: Final = ResponseSpec(
    data_container=bytes, generate_examples=False, description="The image.", media_type="image/*"
)


def shown(found: FetchedFile, *, kept_seconds: int) -> Response[bytes]:
    """The image, which runs nothing whatever a browser takes it for; student cards are kept nowhere."""
    is_unseen = found.file.purpose == "student_card" or kept_seconds == 0
    file = found.file
    name = f"{file.id}.{EXTENSIONS.get(file.media_type, 'bin')}"
    return Response(
        found.content,
        media_type=file.media_type,
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": UNSEEN if is_unseen else f"private, max-age={kept_seconds}",
        },
    )
