"""What a stack has deployed that holds data, and which changes would lose it."""
