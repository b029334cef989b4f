"""What follows from a label: grades, bids, claims, loans."""
