"""OpenAlex: an open index of all scholarly works, of which a filter chooses."""
