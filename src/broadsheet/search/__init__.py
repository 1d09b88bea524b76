"""Search by words and by meaning: the query language, the index on disk, its ranking, and how good it is."""
