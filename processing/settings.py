"""Settings of processing: the environment is read here and nowhere else in this package."""
