"""Where articles are found and how outlets are asked."""
