"""A demonstration campus: its places, its people, and a few days of errands that really happened to it."""
