"""What a key must be."""

from typing import Final

KEY_BYTES_LEAST: Final = 32


def check_key(key: bytes) -> bytes:
    """The key; raises `ValueError` where it is shorter than the digest that it keys."""
    if len(key) < KEY_BYTES_LEAST:
        raise ValueError(f"a key must have at least {KEY_BYTES_LEAST} bytes")
    return key
