"""The `errand` command: one module per noun."""
