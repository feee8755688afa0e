"""What the adapters of outside services share: connections with limits, breakers, keys in PEM, China's clock."""
