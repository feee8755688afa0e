"""The console: what people outside do, by hand on a page or by script in JSON."""
