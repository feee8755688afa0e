"""The HTTP API: decode, one use case, encode."""
