"""The starter shelf: 74 real papers that come with Broadsheet, for a fresh instance to show."""

from broadsheet.shelf.loader import SHELF, load, records

__all__ = ["SHELF", "load", "records"]
