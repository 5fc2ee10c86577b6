"""Benchmarks of the reader: kept, damaged and generated pages beside bare Trafilatura."""
