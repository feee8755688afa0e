"""The outside world of a demonstration, played on this machine: the provider's app, and the inbox of everybody."""
