"""Amazon SES: mails over HTTP, and what comes back as notices; the one provider whose interface is not SMTP alone."""
