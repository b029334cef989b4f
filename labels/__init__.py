"""What a label says, and whether to believe it."""
