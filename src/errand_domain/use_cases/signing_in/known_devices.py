"""Devices that an account was entered from before have tries of their own, which no stranger can use up.

As OWASP describes it with device cookies. A device keeps what it was given with its last session: a random name, and
for each address of its member a keyed digest of both. Nothing is stored here, so that nobody is looked up before a try
is counted, and an address that nobody has is answered as any other. It lets nobody in: whoever steals it may guess as
often as a stranger may, for that account alone, and once the device's own tries are used up, for all who present it.
"""

from typing import Final

from errand_domain.member.member import Member, Way
from errand_domain.ports.outside import Secrets

BETWEEN: Final = "."


def device_token(member: Member, secrets: Secrets, *, last: str = "") -> str:
    """What the device keeps from now on, for every address of the member. Where `last` is known, it keeps its name.

    Nothing for a member without an address: there is nothing to try.
    """
    ways = [way for way in member.ways if way.kind != "wechat"]
    if not ways:
        return ""
    name = next((name for way in ways if (name := known_device(last, way, secrets))), "") or secrets.token()
    return BETWEEN.join((name, *(_mark(name, way, secrets) for way in ways)))


def known_device(token: str, way: Way, secrets: Secrets) -> str:
    """The name of the device, if that token was given to whoever signs in that way; nothing for any other."""
    name, *marks = token.split(BETWEEN)
    expected = _mark(name, way, secrets)
    return name if any(secrets.same(mark, expected) for mark in marks) else ""


def _mark(name: str, way: Way, secrets: Secrets) -> str:
    return secrets.digest(f"device:{name}:{way.kind}:{way.value}")
