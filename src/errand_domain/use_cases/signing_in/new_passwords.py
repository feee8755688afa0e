"""What everybody's new password must be, by whatever door it comes."""

from errand_domain.member.password import PasswordWeak, check_password, length_least
from errand_domain.ports.credentials import BreachedPasswords


async def check_new_password(password: str, breached: BreachedPasswords, *, email: str, is_staff: bool) -> None:
    """Raise `PasswordWeak`, also for a password that is known from a breach. Not for inside a transaction."""
    check_password(password, email=email, is_staff=is_staff)
    if await breached.hold(password):
        raise PasswordWeak(reason="breached", least=length_least(is_staff=is_staff))
