"""What sources answer in: feeds, sitemaps, lists, posts as JSON.

Each read as far as it goes. Pure.
"""
