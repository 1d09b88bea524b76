"""What comes back to an instance's mails: where it is read, what it tells, and what follows from it."""
