"""What the domain needs of the world: one Protocol per need, its promise in its docstring.

Adapters inherit the protocol, so that a forgotten method fails when the object is built. Every
promise has a test in `errand_domain.testing.contracts`.
"""
