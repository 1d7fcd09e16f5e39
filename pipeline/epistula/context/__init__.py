"""Is it true, and whose patients: assertion and attribution of the mentions."""
