"""Asks sources for one paper, by what names it: what a reader submits is fetched here, not harvested."""
