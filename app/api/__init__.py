"""The HTTP side of the program."""
