"""Semantic Scholar: citations and further identifiers of papers that are already here."""
