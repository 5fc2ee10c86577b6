"""Benches and score tables: ratios inside one run, with machine and versions."""
