"""Runners: proving to be a student, being in good standing, and the credit that is explained line by line."""
