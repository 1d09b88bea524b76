"""Hugging Face Daily Papers: what readers there vote for, with code and project links."""
