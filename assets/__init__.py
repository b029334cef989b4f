"""Brand and demo data."""
