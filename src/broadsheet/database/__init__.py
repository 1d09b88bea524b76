"""The database: engine, transactions, change sequence, schema and migrations."""
