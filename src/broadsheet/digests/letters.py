"""The letters about a subscription itself: please confirm, you are subscribed already, and is it to move.

When they are sent is `subscriptions`' matter.
The second goes only to the mailbox, so that the page which was asked need not tell who is known. Neither repeats the
words of a search: a stranger could write to anybody with them, in our name.
"""

from datetime import date
from urllib.parse import urlencode

from broadsheet.digests.subscription import Subscription
from broadsheet.digests.templating import render
from broadsheet.digests.tokens import CONFIRM_WITHIN
from broadsheet.mail.letter import Kind, Letter, Letterhead


def confirm_url(letterhead: Letterhead, token: str) -> str:
    """Return the page whose button confirms."""
    return f"{letterhead.site}/subscription/confirm?{urlencode({'token': token})}"


def manage_url(letterhead: Letterhead, token: str) -> str:
    """Return the page on which a subscription is changed."""
    return f"{letterhead.site}/subscription?{urlencode({'token': token})}"


def web_url(letterhead: Letterhead, token: str, day: date) -> str:
    """Return the page on which a digest can be read."""
    return f"{letterhead.site}/digest/{day}?{urlencode({'token': token})}"


def end_url(letterhead: Letterhead, token: str) -> str:
    """Return the page whose button ends a subscription; a one-click POST goes there as well."""
    return f"{letterhead.site}/subscription/end?{urlencode({'token': token})}"


def agree_url(letterhead: Letterhead, token: str) -> str:
    """Return the page whose button lets a subscription move to another address."""
    return f"{letterhead.site}/subscription/address?{urlencode({'token': token})}"


def confirmation(
    reader: Subscription, token: str, letterhead: Letterhead, message_id: str, *, moves: bool = False
) -> Letter:
    """Return the letter that asks whether the mailbox's owner wants the digest, which `moves` from another address."""
    values = {
        "letterhead": letterhead,
        "moves": moves,
        "choices": reader.choices,
        "url": confirm_url(letterhead, token),
        "valid_days": CONFIRM_WITHIN.days,
    }
    return Letter(
        recipient=reader.address,
        subject=f"Confirm your new address for {letterhead.name}"
        if moves
        else f"Confirm your subscription to {letterhead.name}",
        text=render("confirm.txt", **values),
        html=render("confirm.html", **values),
        message_id=message_id,
        kind=Kind.CONFIRMATION,
    )


def move(reader: Subscription, token: str, letterhead: Letterhead, message_id: str) -> Letter:
    """Return the letter that asks the old mailbox whether the digest is to go to another address."""
    values = {
        "letterhead": letterhead,
        "url": agree_url(letterhead, token),
        "valid_days": CONFIRM_WITHIN.days,
        "manage": manage_url(letterhead, reader.token),
        "unsubscribe": end_url(letterhead, reader.token),
    }
    return Letter(
        recipient=reader.address,
        subject=f"A new address for {letterhead.name}?",
        text=render("move.txt", **values),
        html=render("move.html", **values),
        message_id=message_id,
        unsubscribe=end_url(letterhead, reader.token),
        kind=Kind.MANAGEMENT,
    )


def management(reader: Subscription, letterhead: Letterhead, message_id: str, *, asked: bool = False) -> Letter:
    """Return the letter that tells a subscribed mailbox how to change or end what it has.

    It was `asked` for a search that waits for the mailbox's word.
    """
    values = {
        "letterhead": letterhead,
        "choices": reader.choices,
        "asked": asked,
        "manage": manage_url(letterhead, reader.token),
        "unsubscribe": end_url(letterhead, reader.token),
    }
    return Letter(
        recipient=reader.address,
        subject=f"A search for your mails from {letterhead.name}" if asked else f"You already get {letterhead.name}",
        text=render("manage.txt", **values),
        html=render("manage.html", **values),
        message_id=message_id,
        unsubscribe=end_url(letterhead, reader.token),
        kind=Kind.MANAGEMENT,
    )
