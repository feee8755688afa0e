"""Who judges what people publish: WeChat for those whom it knows and a list for everybody else, or a list alone."""

from pathlib import Path

from adapters.content.by_author import ContentCheckByAuthor
from adapters.content.by_hand import ImagesByHand
from adapters.content.words import WordsContentCheck, WordsUnreadable, read_words_file
from adapters.memory.content import MemoryContentCheck
from adapters.memory.image_check import MemoryImageCheck
from adapters.wechat.content import WechatContentCheck
from adapters.wechat.image_check import WechatImageCheck
from entrypoints.choosing import Make, choose
from entrypoints.partners import Partners
from entrypoints.settings import Settings, SettingsInvalid
from errand_domain.ports.content import ContentCheck
from errand_domain.ports.image_check import ImageCheck


def find_content_check(settings: Settings, partners: Partners) -> ContentCheck:
    """The content check that the settings name; raises `SettingsInvalid`."""
    ours: dict[str, Make[ContentCheck]] = {
        "memory": lambda _: MemoryContentCheck(),
        "words": lambda given: _words(given.content_words_file),
        "wechat": lambda given: ContentCheckByAuthor(
            known=WechatContentCheck(partners.wechat), others=_words(given.content_words_file)
        ),
    }
    return choose("ERRAND_CONTENT", settings.content, ours, settings)


def find_image_check(settings: Settings, partners: Partners) -> ImageCheck:
    """Who judges images, as the settings name them; raises `SettingsInvalid`."""
    ours: dict[str, Make[ImageCheck]] = {
        "memory": lambda _: MemoryImageCheck(),
        "by_hand": lambda _: ImagesByHand(),
        "wechat": lambda _: WechatImageCheck(partners.wechat),
    }
    return choose("ERRAND_CONTENT_IMAGES", settings.content_images, ours, settings)


def _words(file: Path | None) -> WordsContentCheck:
    try:
        return WordsContentCheck(read_words_file(file) if file else None)
    except WordsUnreadable as fault:
        raise SettingsInvalid(f"ERRAND_CONTENT_WORDS_FILE: {fault}") from None
