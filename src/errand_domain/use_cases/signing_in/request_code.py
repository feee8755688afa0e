"""Send a one-time code."""

from datetime import datetime
from typing import Final

from attrs import frozen

from errand_domain.member.member import Way
from errand_domain.member.session import (
    CODES_A_DAY,
    CODES_AN_HOUR,
    DAY,
    HOUR,
    CodeNotSent,
    CountryNotServed,
    SignInCode,
    check_pause,
)
from errand_domain.ports.outside import Clock, Notice, Notices, Secrets
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.ports.transaction import Begin
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.limiting import hold_to
from errand_domain.use_cases.signing_in.known_devices import known_device
from errand_domain.use_cases.signing_in.trying_codes import digest_of

FROM_ADDRESS_MOST: Final = 60
"""A whole dormitory may share one network address, so this is wider than what one device may ask for."""
FROM_DEVICE_MOST: Final = 10


@frozen(kw_only=True)
class RequestCode:
    """Send a code to an address. The answer is the same whether a member is known there or not: nobody looks.

    `phone_countries` are the country codes of the phones that codes go to: who is paid for messages elsewhere must not
    have them sent by us.
    """

    begin: Begin
    clock: Clock
    secrets: Secrets
    notices: Notices
    limits: RateLimits
    phone_countries: tuple[str, ...] = ("86",)

    async def __call__(self, way: Way, *, address: str = "", device_id: str = "", known_by: str = "") -> None:
        """For a device of its owner's, known by `known_by`, what strangers have asked for does not count.

        Raises `CodeTooSoon` where the target has had its codes, `TooManyRequests` where the asker has.

        The code is stored before it is sent; raises `CodeNotSent` where nobody carries it, and `CountryNotServed`
        before anything is counted, stored or sent.
        """
        # No country code is the beginning of another.
        if way.kind == "phone" and not way.value.startswith(tuple(f"+{code}" for code in self.phone_countries)):
            raise CountryNotServed
        now = self.clock.now()
        if device_id:
            await hold_to(self.limits, f"codes device {device_id}", most=FROM_DEVICE_MOST, per=HOUR, at=now)
        if address:
            await hold_to(self.limits, f"codes from {address}", most=FROM_ADDRESS_MOST, per=HOUR, at=now)
        is_known = known_device(known_by, way, self.secrets) != ""
        if is_known:
            await self._hold_known(way, now)
        code = self.secrets.digits(6)
        await self._store(way, digest_of(way, code, self.secrets), now, is_known=is_known)
        text = f"您的登录验证码是 {code}，5 分钟内有效，请勿告诉他人。"
        try:
            await self.notices.send(Notice(to=way, text=text, code=code))
        except ConnectionError as fault:
            raise CodeNotSent from fault

    async def _hold_known(self, way: Way, now: datetime) -> None:
        """As much again as for strangers, of all known devices of the address together: each text message costs."""
        name = self.secrets.digest(f"codes:{way.kind}:{way.value}")
        await hold_to(self.limits, f"codes known an hour {name}", most=CODES_AN_HOUR, per=HOUR, at=now)
        await hold_to(self.limits, f"codes known a day {name}", most=CODES_A_DAY, per=DAY, at=now)

    @decided_anew_when_stale
    async def _store(self, way: Way, digest: str, now: datetime, *, is_known: bool) -> None:
        async with self.begin() as tx:
            last = await tx.sessions.code_for(way)
            check_pause(last, at=now, is_known=is_known)
            fresh = SignInCode(way=way, code_hash=digest, sent_at=now)
            tx.sessions.put_code(last.followed_by(digest, at=now) if last else fresh)
            await tx.commit()
