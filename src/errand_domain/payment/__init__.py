"""Paying and paying back: what we believe of the provider's side, until its verified word says more."""
