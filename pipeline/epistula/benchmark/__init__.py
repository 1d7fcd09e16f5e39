"""Scoring on corpora of others, and systems of others beside ours."""
