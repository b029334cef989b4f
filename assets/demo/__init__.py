"""The demo registry: tables, the script that signs them, and what it makes."""
