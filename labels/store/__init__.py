"""Where label records are kept."""
