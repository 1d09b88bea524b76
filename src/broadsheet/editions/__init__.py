"""Editions: the dated front page; published once, never changed silently, every place with its reason."""
