"""RSS and Atom feeds of journals: any that an operator names."""
