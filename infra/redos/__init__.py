"""Checks the patterns that meet outside text for catastrophic backtracking: `make redos`."""
