"""The routes of the review: a file for each kind of page."""
