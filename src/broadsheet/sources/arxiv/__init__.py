"""arXiv by OAI-PMH: new and changed papers, day by day."""
