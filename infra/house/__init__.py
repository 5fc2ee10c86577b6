"""Measures the source code: sizes, imports, names, comments, and the way of one article."""
