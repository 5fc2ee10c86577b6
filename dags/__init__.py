"""When things are done."""
