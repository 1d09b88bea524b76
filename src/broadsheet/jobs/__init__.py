"""Work in time: leases that let one process at a time do a thing, and ticks that do what is due."""
