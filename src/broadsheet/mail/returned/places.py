"""Makes the places that the settings name: which are read, and which are listened at.

What is read there is `intake`'s matter.
A place is told by its address alone, so that a wrong one is refused at the start and not when the first bounce comes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from broadsheet.clock import Clock
from broadsheet.errors import Invalid
from broadsheet.mail.envelope import ReturnPath
from broadsheet.mail.returned.imap import Folder, ImapInbox
from broadsheet.mail.returned.inboxes import Inbox
from broadsheet.mail.returned.listener import Ear, Listener
from broadsheet.mail.returned.maildir import Maildir, Spool


@dataclass(frozen=True, slots=True)
class Places:
    """Where mails come back to: inboxes that a tick reads, listeners that run as long as the instance serves."""

    inboxes: Sequence[Inbox] = ()
    listeners: Sequence[Listener] = ()


def places_of(urls: Sequence[str], path: ReturnPath | None, spool: Path, clock: Clock) -> Places:
    """Return the places; listeners keep what they take in `spool`. Raises `Invalid` (field `bounce_mailboxes`)."""
    if not urls:
        return Places()
    if path is None:
        raise Invalid(
            "BROADSHEET_BOUNCE_MAILBOXES is set and BROADSHEET_BOUNCE_ADDRESS is not: without it no mail says where it "
            "comes back to. Set it to an address whose mails lie there.",
            field="bounce_address",
        )
    inboxes: list[Inbox] = []
    listeners: list[Listener] = []
    own = Spool(spool, clock)
    for url in urls:
        match urlsplit(url).scheme:
            case "maildir":
                inboxes.append(Maildir(_folder(url)))
            case "imap" | "imaps":
                inboxes.append(ImapInbox(Folder.from_url(url)))
            case "lmtp" | "smtp":
                listeners.append(Listener(Ear.from_url(url), path, own))
            case other:
                raise Invalid(
                    f"BROADSHEET_BOUNCE_MAILBOXES names a place of the kind {other[:20]!r}; there are maildir:, "
                    "imaps://, imap://, lmtp:// and smtp://.",
                    field="bounce_mailboxes",
                )
    return Places([*inboxes, *([own] if listeners else [])], listeners)


def _folder(url: str) -> Path:
    folder = Path(unquote(urlsplit(url).path))
    if not folder.is_absolute():
        raise Invalid(
            f"{url!r:.80} in BROADSHEET_BOUNCE_MAILBOXES is no Maildir; write maildir: and its whole path, such as "
            "maildir:/var/mail/bounces.",
            field="bounce_mailboxes",
            value=url,
        )
    return folder
