"""Every text that can be shown: those that come with the program, and those of the installation over them."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from attrs import asdict, frozen

from entrypoints.documents.text import Text, TextInvalid, read_text
from entrypoints.settings import RUN_BY, Settings, SettingsInvalid
from errand_domain.errors import Missing
from errand_domain.member.consent import DOCUMENTS, Document

FOLDER: Final = "ERRAND_DOCUMENTS_FOLDER"
ENDING: Final = ".md"


@frozen(kw_only=True, slots=False)
class Shelf:
    """Texts by document and version. Old ones stay: consents refer to them."""

    texts: Mapping[tuple[Document, str], Text]
    versions_in_force: tuple[tuple[Document, str], ...]

    @property
    def in_force(self) -> tuple[Text, ...]:
        """What is asked of people now, in the order in which the settings name it."""
        return tuple(self.texts[key] for key in self.versions_in_force)

    def find(self, document: Document, version: str) -> Text:
        """That text; raises `Missing`."""
        try:
            return self.texts[document, version]
        except KeyError:
            raise Missing("document") from None

    @cached_property
    def digests(self) -> Mapping[tuple[Document, str], str]:
        """The digest of each text, as a consent records it."""
        return {key: text.sha256 for key, text in self.texts.items()}


def find_shelf(settings: Settings) -> Shelf:
    """The texts of an installation; raises `SettingsInvalid` where one that is in force is missing or incomplete."""
    filling = _filling(settings)
    texts = dict[tuple[Document, str], Text]()
    for text in (*_read(files("entrypoints.documents") / "texts", filling), *_read_folder(settings, filling)):
        texts[text.document, text.version] = text
    for document, version in settings.documents:
        if (document, version) not in texts:
            known = ", ".join(sorted(v for d, v in texts if d == document))
            raise SettingsInvalid(
                f"ERRAND_{document.upper()}_VERSION names {version!r}, of which there is no text; there are {known}"
            )
    return Shelf(texts=texts, versions_in_force=settings.documents)


def _filling(settings: Settings) -> dict[str, str]:
    """What each `{{field}}` stands for. Development may leave it open, visibly; nobody else may."""
    filling = {"service_name": settings.service_name}
    for name, value in asdict(settings.run_by).items():
        variable = f"{RUN_BY}{name.upper()}"
        if not value and settings.mode == "production":
            raise SettingsInvalid(f"{variable} is needed in production: the documents must say who offers the service")
        filling[f"operator_{name}"] = value or f"【{variable} 未填写】"
    return filling


def _read_folder(settings: Settings, filling: Mapping[str, str]) -> Iterator[Text]:
    folder = settings.documents_folder
    if folder is None:
        return
    if not folder.is_dir():
        raise SettingsInvalid(f"{FOLDER} is no folder that can be read")
    try:
        yield from _read(folder, filling)
    except (OSError, UnicodeDecodeError) as fault:
        raise SettingsInvalid(f"{FOLDER} cannot be read: {fault}") from fault


def _read(folder: Traversable, filling: Mapping[str, str]) -> Iterator[Text]:
    for document in DOCUMENTS:
        shelf = folder / document
        if not shelf.is_dir():
            continue
        for file in sorted(shelf.iterdir(), key=lambda file: file.name):
            if file.name.endswith(ENDING):
                yield _read_file(file, document, filling)


def _read_file(file: Traversable, document: Document, filling: Mapping[str, str]) -> Text:
    version = file.name.removesuffix(ENDING)
    try:
        return read_text(document, version, file.read_text("utf-8"), filling)
    except TextInvalid as invalid:
        raise SettingsInvalid(f"{FOLDER}: {document}/{file.name} {invalid}") from None
