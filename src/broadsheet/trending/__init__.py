"""Trending: signals turned into scores by one published formula, each with parts in words that add up to it."""
