"""Every route, asked by everybody."""
