"""The text that is read: words, lexicon look-up, sentences, offsets ↔ places."""
