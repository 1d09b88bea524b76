"""Digests: subscriptions with double opt-in, what each reader gets, how it looks, and that it goes out once."""
