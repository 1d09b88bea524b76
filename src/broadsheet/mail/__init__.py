"""Mail: addresses, letters, the transports that carry them, and who must not be written to."""
