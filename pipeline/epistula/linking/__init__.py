"""Linking: mentions to concepts over a knowledge base, and compiling vocabularies into one."""
