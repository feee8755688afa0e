"""Links to files, for those who cannot send who they are: an image on a page."""

from abc import abstractmethod
from datetime import datetime
from typing import Protocol

from attrs import frozen

from errand_domain.ids import FileId, MemberId
from errand_domain.ports.files import FilePurpose


@frozen(kw_only=True)
class FileLink:
    """Who may look at which file, and until when, in whole seconds. Without a viewer it is for who judges images."""

    file_id: FileId
    viewer_id: MemberId | None
    purpose: FilePurpose
    expires_at: datetime


@frozen
class LinkAddress:
    """Where sealed links lead, as it is reached from outside."""

    url: str

    def of(self, token: str) -> str:
        """The whole address of a link."""
        return f"{self.url}/{token}"


class LinkSeal(Protocol):
    """Links travel through clients and come back as they went, or not at all."""

    @abstractmethod
    def seal(self, link: FileLink) -> str:
        """The link, signed, as URL-safe text of at most 200 letters."""

    @abstractmethod
    def unseal(self, token: str) -> FileLink:
        """The link, however old; raises `Missing` for anything that `seal` did not write, letter by letter."""
