"""The platform that the mini-program runs on: it alone knows who its user is."""

from abc import abstractmethod
from typing import Protocol

from attrs import frozen

from errand_domain.errors import Conflict, Invalid


@frozen(str=False)
class TicketRefused(Invalid):
    """The platform does not take that ticket: it was used, it expired, or it never was one."""

    code = "sign_in.ticket_refused"
    sentence = "微信登录已失效，请重试"


@frozen(str=False)
class UserRefused(Conflict):
    """The platform takes this user for a risk and does not let them in."""

    code = "sign_in.user_refused"
    sentence = "微信暂不允许该账号登录"


@frozen(str=False)
class PlatformUnreachable(Conflict):
    """The platform did not answer, or not in a way that can be understood."""

    code = "sign_in.platform_unreachable"
    sentence = "微信服务暂时不可用，请稍后再试"


@frozen(str=False)
class CodeRefused(Conflict):
    """The platform draws no code for that page: it is not published, or the platform does not know it."""

    code = "campus.code_refused"
    sentence = "微信没有生成小程序码，请检查页面是否已发布"


class MiniProgram(Protocol):
    """Tickets that the client got from its platform, exchanged by us. A ticket is good once and for five minutes.

    Nothing that the client says of itself is believed: neither its identity nor its phone number. Every method raises
    `TicketRefused` or `PlatformUnreachable`.
    """

    @abstractmethod
    async def identity(self, ticket: str) -> str:
        """Who the user is: the identity that the platform gives them towards us. Raises `UserRefused`, too."""

    @abstractmethod
    async def phone(self, ticket: str) -> str:
        """The phone number that the user has chosen to show, in E.164."""


class MiniProgramCodes(Protocol):
    """Pictures that open the mini-program when they are scanned: for posters. They never expire."""

    @abstractmethod
    async def draw(self, scene: str, *, page: str = "") -> bytes:
        """A PNG or JPEG that opens that page, or the first one, and tells it `scene`: letters and digits, 32 at most.

        Raises `CodeRefused` or `PlatformUnreachable`.
        """
