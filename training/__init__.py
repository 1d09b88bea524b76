"""Makes the static encoder's table from open data: ``python -m training.static --data DIR``."""
