"""What is said over the wire: requests that allow nothing unknown, answers in camel case, and how both meet the domain."""
