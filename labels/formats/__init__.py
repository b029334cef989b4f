"""Import and export formats of label records."""
