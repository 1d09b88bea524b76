"""Zotero: the works that a person or a group has collected."""
