"""What people write and show is judged before others see it, or soon after."""
