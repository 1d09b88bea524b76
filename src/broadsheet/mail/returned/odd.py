"""Asks flufl.bounce about reports in no standard's form: those of old or wayward servers. The one loader of it.

What a report in the standard's form says, `reports` reads.
The library finds that a mailbox failed, and not why: without a server's words beside it that counts as `WEAK`, never as
`GONE`.
"""

import logging

from broadsheet.mail.returned.parsed import LONGEST_HEADER, Mail, parts, text
from broadsheet.mail.returned.reports import Failure
from broadsheet.mail.verdicts import Verdict, judge, status_of

_LONGEST = 8_000  # characters: reasons stand at the beginning


def odd_failure(mail: Mail) -> Failure | None:
    """Return what an odd report says of a mailbox; None where it tells of no failure."""
    import flufl.bounce  # 30 ms, for few mails

    logging.getLogger("flufl.bounce").disabled = True  # it would write addresses into the log
    try:
        temporary, permanent = flufl.bounce.all_failures(mail)
    except Exception:  # noqa: BLE001 - a detector stumbled over a stranger's mail
        return None
    if not (temporary or permanent):
        return None
    words = _reason(mail)
    if not permanent:
        return Failure(None if not words else judge(words, permanent=False), words)
    verdict = judge(words, permanent=not status_of(words).startswith("4"))
    # Without a code nobody knows whom a refusal blames.
    return Failure(Verdict.WEAK if verdict is Verdict.BLOCKED and not status_of(words) else verdict, words)


def _reason(mail: Mail) -> str:
    """Return the line of the report with a server's code, else its whole beginning."""
    whole = "\n".join(text(part) for part in parts(mail) if part.get_content_maintype() == "text")[:_LONGEST]
    coded = next((line for line in whole.splitlines() if status_of(line)), "")
    return " ".join((coded or whole).split())[:LONGEST_HEADER]
