"""Who judges what people publish: WeChat for those whom it knows and a list for everybody else, or a list alone."""

from pathlib import Path

from adapters.content.by_author import ContentCheckByAuthor
from adapters.content.words import WordsContentCheck, WordsUnreadable, read_words_file
from adapters.memory.content import MemoryContentCheck
from adapters.wechat.content import WechatContentCheck
from entrypoints.choosing import Make, choose
from entrypoints.partners import Partners
from entrypoints.settings import Settings, SettingsInvalid
from errand_domain.ports.content import ContentCheck


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


def _words(file: Path | None) -> WordsContentCheck:
    try:
        return WordsContentCheck(read_words_file(file) if file else None)
    except WordsUnreadable as fault:
        raise SettingsInvalid(f"ERRAND_CONTENT_WORDS_FILE: {fault}") from None
