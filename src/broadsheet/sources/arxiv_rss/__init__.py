"""arXiv's RSS feeds: what was announced today, as new, cross-listed or replaced."""
