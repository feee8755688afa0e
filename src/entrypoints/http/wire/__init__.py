"""What is said over the wire: requests that allow nothing unknown, answers, and how both meet the domain."""
