"""Accounts on a database of their own, a tray that letters land in, and a person who reads them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from broadsheet.accounts.reader import Reader
from broadsheet.accounts.readers import Readers
from broadsheet.accounts.sessions import Sessions
from broadsheet.accounts.sign_ins import SignIns
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from tests.digests.newsroom import HEAD, SECRET, Tray, body

ADA = "Ada.Quill@Example.org"


@dataclass
class Office:
    """The parts under test, and what a person does with them."""

    database: Database
    clock: FixedClock
    tray: Tray
    readers: Readers
    sign_ins: SignIns
    sessions: Sessions

    def letter(self, address: str = ADA, back: str = "/") -> str:
        """Ask for a letter, let it be sent, and return the token in its link."""
        self.sign_ins.ask(address, "192.0.2.7", back)
        self.sign_ins.send_waiting()
        return self.token()

    def token(self) -> str:
        found = re.search(r"/sign-in/link\?token=([\w-]+)", body(self.tray.mails[-1]))
        assert found
        return found[1]

    def signed_in(self, address: str = ADA) -> Reader:
        return self.sign_ins.accept(self.letter(address))[0]


Open = Callable[[bool], Office]


@pytest.fixture
def open_office(database: Database, clock: FixedClock) -> Open:
    def made(open_to_all: bool) -> Office:
        tray = Tray()
        sign_ins = SignIns(database, clock, SECRET, tray, HEAD, open_to_all=open_to_all)
        return Office(database, clock, tray, Readers(database, clock, SECRET), sign_ins, Sessions(database, clock))

    return made


@pytest.fixture
def office(open_office: Open) -> Office:
    return open_office(True)
