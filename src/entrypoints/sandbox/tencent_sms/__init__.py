"""Tencent Cloud SMS in the sandbox: signatures, templates, and what may be sent how often."""
