"""The faces: pages, HTTP routes, reports and the command."""
