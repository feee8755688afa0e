"""The ports on SQL: PostgreSQL, MariaDB (and MySQL) and SQLite behind one `SqlDatabase`; no caller knows which."""
