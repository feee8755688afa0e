"""What nobody can guess or forge, made with keys from the settings."""
