"""The whole way at once: processes, HTTP, files."""
