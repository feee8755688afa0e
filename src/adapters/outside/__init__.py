"""What the adapters of outside services share: connections with limits, keys in PEM, and the clock as read in China."""
