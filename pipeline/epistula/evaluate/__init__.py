"""Scores of predicted annotations against gold."""
