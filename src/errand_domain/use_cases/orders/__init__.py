"""What happens to an errand, from its quote to its end and after: publish, take, carry, confirm, dispute, review."""
