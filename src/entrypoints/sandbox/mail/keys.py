"""What the mail provider hands out: an account that may hand over mail under one address."""

from typing import Final

from attrs import frozen

from entrypoints.sandbox.keys import Keys, letters

SENDER: Final = "errand@sandbox.example"
PASSWORD_LENGTH: Final = 32
PASSWORD_FILE: Final = "mail_password"  # noqa: S105 - the name of a file


@frozen
class MailKeys:
    """One account, whose name is its address."""

    keys: Keys

    @property
    def password(self) -> str:
        """With which the account signs in."""
        return self.keys.text(PASSWORD_FILE, letters(PASSWORD_LENGTH))

    def environment(self, port: int) -> dict[str, str]:
        """What the service must be started with; nothing is encrypted on loopback, as development alone may have it."""
        _ = self.password  # and so there is a file
        return {
            "ERRAND_SMTP_HOST": "127.0.0.1",
            "ERRAND_SMTP_PORT": str(port),
            "ERRAND_SMTP_SECURITY": "plain",
            "ERRAND_SMTP_SENDER": SENDER,
            "ERRAND_SMTP_USER": SENDER,
            "ERRAND_SMTP_PASSWORD_FILE": str(self.keys.path(PASSWORD_FILE)),
        }
