"""What readers say of papers: votes and comments."""
