"""Every port in one process's memory: for tests, simulations and embedders that try things out.

The semantics are those of a database: reads see what is committed, writes are gathered and done together, and
every call is a point at which others may come between. The same contracts hold as for SQL.
"""
