"""Who is there: codes, passwords, second factors, sessions, and the ways that a member comes in by."""
