"""Judging texts by a list of words, and asking whoever knows the author."""
