"""What somebody knows and has: password, second factor, recovery codes; and how an operator comes by them."""

from datetime import datetime, timedelta
from typing import Final

from attrs import evolve, field, frozen

from errand_domain.errors import Conflict, Invalid, NotFound
from errand_domain.ids import MemberId

INVITATION_LIFE: Final = timedelta(hours=24)
PROVEN_LIFE: Final = timedelta(hours=1)
"""How long whoever has proven the mailbox of an invitation may take to choose a password: as long, the code is good for
hearing the answer again, and so for guessing it."""
RECOVERY_CODES: Final = 10


@frozen(str=False)
class WrongPassword(Invalid):
    """The password is wrong, or nobody signs in with that address: both look the same."""

    code = "sign_in.wrong_password"
    sentence = "邮箱或密码不正确"


@frozen(str=False)
class SecondFactorNeeded(Conflict):
    """The password is right; send it again together with the one-time code of the authenticator."""

    code = "sign_in.second_factor_needed"
    sentence = "请输入动态验证码"


@frozen(str=False)
class WrongSecondFactor(Invalid):
    """The code of the authenticator, or the recovery code, is wrong or was used before."""

    code = "sign_in.wrong_second_factor"
    sentence = "动态验证码不正确或已使用"


@frozen(str=False)
class ProofNeeded(Conflict):
    """That needs the present password, or a session started a moment ago by a code sent to the e-mail address."""

    code = "member.proof_needed"
    sentence = "请先输入当前密码，或用邮箱验证码重新登录"


@frozen(str=False)
class InvitationGone(NotFound):
    """There is no such invitation, or it was used, replaced, or is too old: all look the same."""

    code = "operator.invitation_gone"
    sentence = "邀请链接无效或已过期"


@frozen(str=False)
class MailUnproven(Conflict):
    """That link needs a code from the mailbox of whoever is invited: ask for one, and prove it, first."""

    code = "operator.mail_unproven"
    sentence = "请先输入发到邮箱的验证码"


@frozen(kw_only=True)
class Credential:
    """A member's password and second factor. Only hashes are kept, and the secret that codes are made from."""

    member_id: MemberId
    password_hash: str = field(default="", repr=False)
    totp_secret: str = field(default="", repr=False)
    totp_step: int = 0
    recovery_hashes: tuple[str, ...] = field(default=(), repr=False)
    changed_at: datetime
    version: int = 1

    @property
    def has_second_factor(self) -> bool:
        """Whether a password alone does not let in."""
        return self.totp_secret != ""

    def with_password(self, password_hash: str, *, at: datetime) -> "Credential":
        """The credential with another password."""
        return evolve(self, password_hash=password_hash, changed_at=at, version=self.version + 1)

    def hashed_anew(self, password_hash: str) -> "Credential":
        """The same password under the parameters of today; written together with what follows it."""
        return evolve(self, password_hash=password_hash)

    def with_step(self, step: int | None) -> "Credential":
        """The credential after that step's code was used; raises `WrongSecondFactor` for one that was used before."""
        if step is None or step <= self.totp_step:
            raise WrongSecondFactor
        return evolve(self, totp_step=step)

    def without_recovery(self, used: str) -> "Credential":
        """The credential without that recovery code, which is good once."""
        return evolve(self, recovery_hashes=tuple(one for one in self.recovery_hashes if one != used))

    def following(self, last: "Credential") -> "Credential":
        """The same in the place of the one before it."""
        return evolve(self, version=last.version + 1)

    def emptied(self, *, at: datetime) -> "Credential":
        """Nothing is left that lets anybody in."""
        return Credential(member_id=self.member_id, changed_at=at, version=self.version + 1)

    def saved(self) -> "Credential":
        """One version on."""
        return evolve(self, version=self.version + 1)


@frozen(kw_only=True)
class Invitation:
    """By which an operator sets password and second factor, once. A member has one at the most: the last one counts."""

    member_id: MemberId
    token_hash: str = field(repr=False)
    totp_secret: str = field(repr=False)
    expires_at: datetime
    is_closed: bool = False
    version: int = 1

    def check_open(self, *, at: datetime) -> None:
        """Raise `InvitationGone` for one that was used or is too old."""
        if self.is_closed or at >= self.expires_at:
            raise InvitationGone

    def proven(self, *, token_hash: str, totp_secret: str, at: datetime) -> "Invitation":
        """The same for whoever has shown that the mailbox is theirs, under a token that they alone were told."""
        return evolve(
            self,
            token_hash=token_hash,
            totp_secret=totp_secret,
            expires_at=min(self.expires_at, at + PROVEN_LIFE),
            version=self.version + 1,
        )

    def closed(self) -> "Invitation":
        """The invitation after its use, or taken back; nothing of its secret stays."""
        return evolve(self, is_closed=True, totp_secret="", version=self.version + 1)

    def followed_by(self, *, token_hash: str, totp_secret: str, at: datetime) -> "Invitation":
        """A fresh one in its place."""
        return Invitation(
            member_id=self.member_id,
            token_hash=token_hash,
            totp_secret=totp_secret,
            expires_at=at + INVITATION_LIFE,
            version=self.version + 1,
        )
