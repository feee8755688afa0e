"""What happens by itself: messages leave the outbox, and timers fire."""
