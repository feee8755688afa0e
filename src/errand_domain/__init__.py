"""The rules of a campus errand service, as a library: no framework, no database, attrs alone.

Read `order/transitions.py` first: it is the whole life of an errand as one table.
"""
