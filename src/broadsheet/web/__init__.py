"""The web door: server-rendered pages of the paper, its search and its subscriptions."""
