"""Sign in by e-mail address and password, and the second factor of those who have one."""

from datetime import datetime
from typing import Final
from uuid import UUID

from attrs import field, frozen

from errand_domain.ids import MemberId
from errand_domain.member.credential import Credential, SecondFactorNeeded, WrongPassword
from errand_domain.member.member import Way
from errand_domain.member.session import HOUR, Strength
from errand_domain.ports.credentials import Authenticators, PasswordHashes
from errand_domain.ports.rate_limits import RateLimits
from errand_domain.use_cases.deciding import decided_anew_when_stale
from errand_domain.use_cases.limiting import hold_to
from errand_domain.use_cases.signing_in.entering import Arrival, Entered, Entrance, start
from errand_domain.use_cases.signing_in.known_devices import known_device
from errand_domain.use_cases.signing_in.second_factor import with_second_factor

FROM_ADDRESS_MOST: Final = 10
AT_ALL_MOST: Final = 30
"""From everywhere together: wider, so that a stranger in one network shuts nobody out; one in three no known device."""
FROM_DEVICE_MOST: Final = 10
"""Of each device that the account was entered from before, and of all its sessions together: apart from strangers'."""
FROM_DEVICES_MOST: Final = 30
"""Of all those devices together: whoever comes in by another way is another device each time, if they like."""
SECOND_FACTORS_MOST: Final = 10
NOBODY: Final = MemberId(UUID(int=0))


@frozen(kw_only=True)
class PasswordTry:
    """What somebody typed, and where. `second` is the authenticator's code, or a recovery code."""

    email: str = field(repr=False)
    password: str = field(repr=False)
    second: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    arrival: Arrival = Arrival()


@frozen(kw_only=True)
class SignInByPassword:
    """A right password lets in; where there is a second factor, only together with it, and then as staff."""

    entrance: Entrance
    limits: RateLimits
    passwords: PasswordHashes
    authenticators: Authenticators

    async def __call__(self, given: PasswordTry) -> Entered:
        """Raises `WrongPassword` for every reason alike and at the same cost; `TooManyRequests`, or `MemberBarred`.

        After a right password: `SecondFactorNeeded` or `WrongSecondFactor`.
        """
        way, now = Way("email", given.email), self.entrance.clock.now()
        device = known_device(given.arrival.known_by, way, self.entrance.secrets)
        if device:
            await hold_to(self.limits, f"password device {device}", most=FROM_DEVICE_MOST, per=HOUR, at=now)
            await hold_to(
                self.limits, f"password devices {self._named(given)}", most=FROM_DEVICES_MOST, per=HOUR, at=now
            )
        else:
            await self._hold_strangers(given, at=now)
        async with self.entrance.begin() as tx:
            member = await tx.members.of_way(way)
            credential = await tx.credentials.of_member(member.id if member else NOBODY)
        known = credential.password_hash if credential and credential.password_hash else None
        right = await self.passwords.matches(known, given.password)
        if member is None or credential is None or not right:
            raise WrongPassword
        member.check_here()
        if credential.has_second_factor:
            if not given.second:
                raise SecondFactorNeeded
            whose = f"{member.id} {device}".rstrip()
            await hold_to(self.limits, f"second factor {whose}", most=SECOND_FACTORS_MOST, per=HOUR, at=now)
            if device:
                await hold_to(self.limits, f"second factors {member.id}", most=FROM_DEVICES_MOST, per=HOUR, at=now)
        is_current = self.passwords.is_current(credential.password_hash)
        fresh = credential.password_hash if is_current else await self.passwords.hash(given.password)
        return await self._enter(way, given, proven=credential.password_hash, fresh=fresh, now=now)

    @decided_anew_when_stale
    async def _enter(self, way: Way, given: PasswordTry, *, proven: str, fresh: str, now: datetime) -> Entered:
        async with self.entrance.begin() as tx:
            member = await tx.members.of_way(way)
            credential = await tx.credentials.of_member(member.id) if member else None
            if member is None or credential is None or credential.password_hash != proven:
                raise WrongPassword
            member.check_here()
            after = self._used(credential, given.second, now) if credential.has_second_factor else credential
            # Saved also where nothing is new: where the password is changed or gets a second factor in this moment, no
            # session may be left that began with less.
            tx.credentials.put(after.hashed_anew(fresh).saved())
            strength: Strength = "two_factors" if credential.has_second_factor else "one_factor"
            entered = self.entrance.session_for(
                member, by="password", strength=strength, arrival=given.arrival, now=now
            )
            await start(tx, member, entered.session)
            await tx.commit()
        return entered

    async def _hold_strangers(self, given: PasswordTry, *, at: datetime) -> None:
        """Whether anybody is known at that address makes no difference."""
        name = self._named(given)
        await hold_to(self.limits, f"password {name} {given.address}", most=FROM_ADDRESS_MOST, per=HOUR, at=at)
        await hold_to(self.limits, f"password {name}", most=AT_ALL_MOST, per=HOUR, at=at)

    def _named(self, given: PasswordTry) -> str:
        """What the address is counted by: it is not kept itself."""
        return self.entrance.secrets.digest(f"password:{given.email}")

    def _used(self, credential: Credential, second: str, now: datetime) -> Credential:
        return with_second_factor(credential, second, self.authenticators, self.entrance.secrets, at=now)


async def hold_sessions(limits: RateLimits, member_id: MemberId, *, at: datetime) -> None:
    """Raise `TooManyRequests` where the member's sessions have tried the password too often."""
    await hold_to(limits, f"password in {member_id}", most=FROM_DEVICE_MOST, per=HOUR, at=at)
