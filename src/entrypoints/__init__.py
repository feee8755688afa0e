"""The ways in: HTTP, worker and command line, and the container that puts everything together."""
