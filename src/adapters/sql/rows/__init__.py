"""Aggregates as rows and rows as aggregates: one module per aggregate, written out by hand."""
