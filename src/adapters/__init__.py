"""Everything the domain needs of the world, one technology per folder."""
