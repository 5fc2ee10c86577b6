"""What a machine needs around Sillok: embedded object store, sample press, starters."""
