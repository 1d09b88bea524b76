"""The feed door: editions as Atom, for readers of feeds and other programs."""
