"""The starter shelf: 74 real papers that come with Broadsheet, so that a fresh, offline instance has something to show."""

from broadsheet.shelf.loader import SHELF, load, records

__all__ = ["SHELF", "load", "records"]
