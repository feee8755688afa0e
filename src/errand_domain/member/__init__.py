"""People: how they sign in, what they consented to, and what staff may do."""
