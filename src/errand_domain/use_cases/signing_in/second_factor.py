"""What is shown beside a password: the code of the authenticator, or a recovery code. Each is good once."""

from datetime import datetime

from errand_domain.member.credential import Credential, WrongSecondFactor
from errand_domain.ports.credentials import Authenticators
from errand_domain.ports.outside import Secrets
from errand_domain.use_cases.signing_in.recovery_codes import is_recovery_code, recovery_digest


def with_second_factor(
    credential: Credential, second: str, authenticators: Authenticators, secrets: Secrets, *, at: datetime
) -> Credential:
    """The credential after its use; raises `WrongSecondFactor`."""
    if not is_recovery_code(second):
        return credential.with_step(authenticators.step(credential.totp_secret, second, at=at))
    used = recovery_digest(credential.member_id, second, secrets)
    if not any(secrets.same(used, one) for one in credential.recovery_hashes):
        raise WrongSecondFactor
    return credential.without_recovery(used)
