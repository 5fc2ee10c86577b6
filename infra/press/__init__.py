"""Six fictional outlets on loopback, so that a run without internet exercises the real spiders."""
