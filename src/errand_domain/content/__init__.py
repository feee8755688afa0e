"""What people publish, and what becomes of it where there is doubt."""
