"""OpenReview: submissions and accepted papers of conferences, by venue or by invitation."""
