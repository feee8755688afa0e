"""The texts that people consent to, by document and version, and where they come from."""
