"""Mails that come back, as servers of several makes write them; every address and host in them is invented."""

from textwrap import dedent

ID = "0123456789abcdef0123456789abcdef"
WHOM = "ada.quill@reader.example"
SENT = f"""\
Return-Path: <%s>
From: The Tide <broadsheet@tide.example.org>
To: {WHOM}
Subject: Tides, and nine more
Message-ID: <{ID}@tide.example.org>
X-Broadsheet-Delivery: {ID}
"""


def dsn(
    to: str, *, action: str = "failed", status: str = "5.1.1", words: str = "smtp; 550 5.1.1 unknown user"
) -> bytes:
    """A report in the form of RFC 3464, as Postfix writes it."""
    return _written(
        f"""\
        Return-Path: <>
        From: MAILER-DAEMON@mx.reader.example (Mail Delivery System)
        To: {to}
        Subject: Undelivered Mail Returned to Sender
        Auto-Submitted: auto-replied
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

        --b1
        Content-Description: Notification
        Content-Type: text/plain; charset=us-ascii

        This is the mail system at host mx.reader.example.
        <{WHOM}>: {words}

        --b1
        Content-Type: message/delivery-status

        Reporting-MTA: dns; mx.reader.example
        Arrival-Date: Thu, 15 Jan 2026 08:00:00 +0000 (UTC)

        Final-Recipient: rfc822; {WHOM}
        Original-Recipient: rfc822;{WHOM}
        Action: {action}
        Status: {status}
        Diagnostic-Code: {words}

        --b1
        Content-Type: message/rfc822

        """,
        SENT % to + "\nOur own words.\n\n--b1--\n",
    )


def arf(sender: str, *, kind: str = "abuse", subject: str = SENT) -> bytes:
    """A complaint in the form of RFC 5965, its recipient taken out as most providers do."""
    return _written(
        f"""\
        From: <feedback@provider.example>
        To: <bounce@tide.example.org>
        Subject: FW: Tides
        MIME-Version: 1.0
        Content-Type: multipart/report; report-type=feedback-report; boundary="b2"

        --b2
        Content-Type: text/plain; charset="US-ASCII"

        This is an email abuse report.

        --b2
        Content-Type: message/feedback-report

        Feedback-Type: {kind}
        User-Agent: Provider/1.0
        Version: 1
        {f"Original-Mail-From: <{sender}>" if sender else "Reported-Domain: tide.example.org"}

        --b2
        Content-Type: message/rfc822
        Content-Disposition: inline

        """,
        (subject % sender if "%s" in subject else subject) + "\nOur own words.\n\n--b2--\n",
    )


def qmail(to: str, words: str = "Sorry, no mailbox here by that name. (#5.1.1)") -> bytes:
    return _written(
        f"""\
        Return-Path: <>
        From: MAILER-DAEMON@old.reader.example
        To: {to}
        Subject: failure notice

        Hi. This is the qmail-send program at old.reader.example.
        I'm afraid I wasn't able to deliver your message to the following addresses.
        This is a permanent error; I've given up. Sorry it didn't work out.

        <{WHOM}>:
        {words}

        --- Below this line is a copy of the message.

        """,
        SENT % to,
    )


def exim(to: str, words: str = "550 No such person at this address") -> bytes:
    return _written(
        f"""\
        Return-path: <>
        X-Failed-Recipients: {WHOM}
        Auto-Submitted: auto-replied
        From: Mail Delivery System <Mailer-Daemon@exim.reader.example>
        To: {to}
        Subject: Mail delivery failed: returning message to sender

        This message was created automatically by mail delivery software.

        A message that you sent could not be delivered to one or more of its
        recipients. This is a permanent error. The following address(es) failed:

          {WHOM}
            host mx.reader.example [192.0.2.9]
            SMTP error from remote mail server after RCPT TO:<{WHOM}>:
            {words}
        """
    )


def away(to: str, *headers: str) -> bytes:
    return _written(
        f"""\
        From: Ada Quill <{WHOM}>
        To: {to}
        Subject: Re: Tides, and nine more
        """,
        "\n".join([*headers, "", "I am at sea until Monday. User unknown to nobody.", ""]),
    )


def plain(to: str, subject: str = "unsubscribe", *headers: str) -> bytes:
    return "\n".join(
        [f"From: Ada <{WHOM}>", f"To: {to}", f"Subject: {subject}", *headers, "", "unsubscribe", ""]
    ).encode()


def _written(head: str, rest: str = "") -> bytes:
    return (dedent(head) + rest).replace("\n", "\r\n").encode()
