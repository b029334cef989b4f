"""Where label records are fetched from."""
