"""Signing in by mail: asking for a letter, and what its link grants, once and for a short while.

How the letter leaves is `sending`'s matter, what follows a sign-in `sessions`'.
Whoever asks hears the same, after the same work, whether the address is known, new or barred: only its mailbox learns.
"""

from datetime import timedelta

from broadsheet.accounts import store
from broadsheet.accounts.allowances import Allowances, Limit
from broadsheet.accounts.bans import barred
from broadsheet.accounts.hashed import hash_of
from broadsheet.accounts.reader import Reader, masked
from broadsheet.accounts.readers import fresh, reader
from broadsheet.accounts.sending import Sending
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.errors import Invalid
from broadsheet.mail import addresses
from broadsheet.mail.letter import Letterhead, new_message_id
from broadsheet.mail.suppression import is_suppressed
from broadsheet.mail.transport import Transport

TO_ADDRESS = Limit("sign-in.address", "letters an hour to one address", 5, timedelta(hours=1))
BY_CLIENT = Limit("sign-in.client", "sign-ins an hour from one place", 30, timedelta(hours=1))
WAITING = timedelta(hours=1)  # a letter that could not leave within it is not sent: nobody waits for it any more


class SignIns:
    """Every verb about signing in; `token` is always what stood in a mailed link."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        secret: bytes,
        transport: Transport,
        letterhead: Letterhead,
        *,
        open_to_all: bool,
    ) -> None:
        self._database = database
        self._clock = clock
        self._secret = secret
        self._letterhead = letterhead
        self._open_to_all = open_to_all
        self._allowances = Allowances(database, clock, secret)
        self._sending = Sending(database, transport, letterhead, clock)

    def ask(self, address: str, client: str, back: str = "/") -> None:
        """Queue the letter to an address; `send_waiting` sends it. `client` is where the wish came from.

        Raises `Invalid` for what is no address and `TooMany`; neither tells whether the address is known.
        """
        mailbox = addresses.read(address, self._secret)
        self._allowances.take([(BY_CLIENT, client), (TO_ADDRESS, mailbox.key)])
        now = self._clock.now()
        with self._database.write() as connection:
            known = store.reader_by_key(connection, mailbox.key) is not None
            unwanted = is_suppressed(connection, mailbox.key) or store.is_barred(connection, mailbox.key)
            wanted = (known or self._open_to_all) and not unwanted
            values = {
                "address": mailbox.mailbox if wanted else "",
                "address_key": mailbox.key,
                "state": store.QUEUED if wanted else store.WITHHELD,
                "back": back,
                "message_id": new_message_id(self._letterhead),
                "attempts": 0,
                "asked_at": now,
                "due_at": now,
                "expires_at": now + WAITING,
            }
            store.add_sign_in(connection, values)

    def send_waiting(self) -> int:
        """Send the letters that wait and return how many left: after the answer to `ask`, and by tick.

        Raises `Unavailable` when no mail can leave; the letters wait.
        """
        return self._sending.run()

    def offered(self, token: str) -> str:
        """Return for whom a link is, masked, changing nothing. Raises `Invalid` (field `token`)."""
        with self._database.read() as connection:
            row = store.open_sign_in(connection, hash_of(token), self._clock.now())
        if row is None:
            raise _over()
        return masked(row.address)

    def accept(self, token: str) -> tuple[Reader, str]:
        """Spend a link: return its reader, made now if the address is new, and the path to lead back to.

        Raises `Invalid` (field `token`) for a link that is spent, old or none. Other letters to the address, which
        were asked for earlier and lie about, grant nothing from then on. Raises `Forbidden` for who is barred.
        """
        now = self._clock.now()
        with self._database.write() as connection:
            row = store.spend_sign_in(connection, hash_of(token), now)
            if row is None:
                raise _over()
            if store.is_barred(connection, row.address_key):
                raise barred()
            mailbox = addresses.Address(row.address, row.address_key)
            account = store.add_reader(connection, fresh(mailbox, "reader", "") | {"created_at": now})
            store.close_sign_ins(connection, row.address_key)
            signed = store.set_reader(connection, account.id, {"signed_in_at": now})
        return reader(signed or account), row.back

    def forget_old(self) -> int:
        """Delete sign-ins of yesterday and old counts, and return how many."""
        with self._database.write() as connection:
            old = store.forget_sign_ins(connection, self._clock.now() - timedelta(days=1))
        return old + self._allowances.forget_old()


def _over() -> Invalid:
    return Invalid(
        "This link is incomplete, was used already, or is older than it may be. Ask for a new letter at /sign-in.",
        field="token",
    )
