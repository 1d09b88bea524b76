"""Broadsheet: the morning paper for research, owned by whoever runs it."""

__version__ = "0.1.0"
