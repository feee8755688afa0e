"""Private PostgreSQL, MariaDB and Redis for the tests: real servers, real fsync, gone when the run ends.

`server` starts one server and stops it, `programs` knows the three. `supervisor` is a process that owns the servers of
one test run: it starts each one when it is first asked for and ends them all when the run ends, however it ends.
`client` asks it. `databases` gives each xdist worker a database of its own. `install` fetches Debian's packages.

By hand: `python -m tests.servers` starts all three, prints their addresses and waits for Ctrl-C.
"""
