"""The rising mark: which new papers may come into the first tenth of their day, told before anybody voted."""
