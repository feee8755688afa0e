"""WeChat's check of images, in its second version: it fetches the image, and pushes the verdict within half an hour."""

from typing import Final

import msgspec
import structlog

from adapters.wechat.answers import Ok, Refused, Unknown
from adapters.wechat.api import WechatApi
from adapters.wechat.content import SCENES_AT_WECHAT
from errand_domain.content.screening import TRACE_LENGTH_MOST
from errand_domain.ports.image_check import ImageCheck, Submitted, SubmittedImage, Unjudged

IMAGE_PATH: Final = "/wxa/media_check_async"
_VERSION: Final = 2
_IMAGE: Final = 2
"""1 is a sound, and there is no other kind."""
log = structlog.get_logger("content")


class _Taken(msgspec.Struct, frozen=True):
    trace_id: str


class WechatImageCheck(ImageCheck):
    """Submits images of those whom WeChat knows; those of anybody else it leaves to a person."""

    def __init__(self, api: WechatApi) -> None:
        self._api = api

    async def submit(self, image: SubmittedImage) -> Submitted | Unjudged:
        """Have WeChat judge it; raises `ConnectionError` for silence. What it refuses it would refuse again."""
        if image.wechat_identity is None:
            return Unjudged()
        asked = {
            "media_url": image.url,
            "media_type": _IMAGE,
            "version": _VERSION,
            "scene": SCENES_AT_WECHAT[image.scene],
            "openid": image.wechat_identity,
        }
        answer = await self._api.post(IMAGE_PATH, asked, _Taken)
        match answer:
            case Ok(content=taken) if 0 < len(taken.trace_id) <= TRACE_LENGTH_MOST:
                return Submitted(trace=taken.trace_id)
            case Ok():
                log.warning("image_unjudged", file_id=str(image.file_id), fault="a trace that none can be")
                return Unjudged()
            case Refused():
                log.warning("image_unjudged", file_id=str(image.file_id), fault=answer.reason)
                return Unjudged()
            case Unknown():
                raise ConnectionError(answer.why)
