"""What a provider of buckets hands out: a pair of keys for one bucket, which is named as COS names them."""

from typing import Final

from attrs import frozen

from entrypoints.sandbox.keys import Keys, letters

BUCKET: Final = "errand-1250000000"
REGION: Final = "ap-guangzhou"
KEY_LENGTH: Final = 32
ID_FILE, KEY_FILE = "storage_id", "storage_key"


@frozen
class StorageKeys:
    """One account."""

    keys: Keys

    @property
    def key_id(self) -> str:
        """The account's name in signatures."""
        return self.keys.text(ID_FILE, letters(KEY_LENGTH))

    @property
    def secret(self) -> str:
        """What signs."""
        return self.keys.text(KEY_FILE, letters(KEY_LENGTH))

    def environment(self, url: str) -> dict[str, str]:
        """What the service must be started with; `ERRAND_FILES` says whether the bucket is used."""
        _ = self.key_id, self.secret  # and so there are files
        return {
            "ERRAND_S3_ENDPOINT": url,
            "ERRAND_S3_REGION": REGION,
            "ERRAND_S3_BUCKET": BUCKET,
            "ERRAND_S3_ADDRESSING": "path",
            "ERRAND_S3_KEY_ID_FILE": str(self.keys.path(ID_FILE)),
            "ERRAND_S3_SECRET_FILE": str(self.keys.path(KEY_FILE)),
        }
