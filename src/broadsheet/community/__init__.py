"""What readers say of papers: votes."""
