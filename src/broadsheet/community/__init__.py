"""What readers say of papers: votes, comments, submissions."""
