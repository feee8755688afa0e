"""What several servers share and may lose, on Redis. Each adapter has a twin for one process, and falls back to it."""
