"""What sources answer in: feeds, sitemaps, lists, posts as JSON; each read as far as it goes. Pure."""
