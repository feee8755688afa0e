"""What was reported or is in doubt: a person looks at it, and lets it stand or takes it away."""
