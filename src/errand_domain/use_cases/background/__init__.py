"""What nobody asks for: messages, timers, forgetting, and what partners notify us of."""
