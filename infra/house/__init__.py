"""Measures the source code: sizes, imports, names, comments, and how many files one article goes through."""
