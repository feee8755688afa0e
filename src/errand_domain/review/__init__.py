"""What the two parties say of each other afterwards."""
