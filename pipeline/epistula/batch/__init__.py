"""Many letters: what there is to annotate, reading each, and writing all."""
