"""Every kind of mail that Broadsheet sends passes the rules of receivers, and no kind is forgotten."""

import ast
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import broadsheet
from broadsheet.accounts.sign_ins import SignIns
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.mail.deliverability import Trial
from broadsheet.mail.envelope import Returned
from broadsheet.mail.keys import DkimKey, DkimKeys
from broadsheet.mail.letter import Kind
from broadsheet.mail.signed import Signed
from broadsheet.mail.suppression import Suppressions
from broadsheet.papers.records import SourceRecord
from broadsheet.search.question import Question
from tests.digests.newsroom import HEAD, SECRET, TODAY, Newsroom, Tray, newsroom
from tests.invented import record
from tests.mail.rules import look_over_mail

ADA = "ada.quill@reader.example"


class Post:
    """A newsroom whose mails are signed before they land in its tray."""

    def __init__(self, database: Database, clock: FixedClock, keys: DkimKeys) -> None:
        self.tray = Tray()
        self.database, self.clock = database, clock
        self.transport = Signed(self.tray, keys, HEAD.domain, clock)
        self.room: Newsroom = newsroom(database, clock, self.transport)
        self.room.tray = self.tray

    def last(self) -> bytes:
        return self.tray.raw[-1]


def digest(post: Post) -> bytes:
    """The largest digest there is."""
    post.room.press.publish(TODAY, lead=1, trending=range(2, 12), new=range(12, 41))
    post.room.reader(ADA, size=30)
    assert post.room.tick() == 1
    return post.last()


WORDS = {
    "Latin": "counting the quiet tides of glass looms and clockwork birds",
    "Cyrillic": "измерение тихих приливов и бумажных мостов",
    "Chinese": "安静的机器测量潮汐与玻璃织机",
}


@pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)
def test_the_largest_digest_is_not_clipped(
    words: str, sqlite: Database, clock: FixedClock, keys: DkimKeys, key: DkimKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """30 papers of the edition and 30 of saved searches, with long titles, abstracts and many authors."""

    def long(n: int) -> SourceRecord:
        title = f"{n}: {' '.join([words] * 5)}"[:160]
        return record(n, title=title, abstract=" ".join([words] * 40), authors=("Ada Quill-Marsh",) * 9)

    monkeypatch.setattr("tests.digests.newsroom.record", long)
    post = Post(sqlite, clock, keys)
    reader = post.room.reader(ADA, size=30, beside=True)
    searches = [Question(text=f"{words} {n}") for n in range(6)]
    for search in searches:
        post.room.subscriptions.searches.save(reader.token, search)
    clock.sleep(60)
    for n, search in enumerate(searches):
        post.room.library.answers[search.text] = post.room.come_in(*range(100 + 5 * n, 105 + 5 * n))
    post.room.press.publish(TODAY, lead=1, trending=range(2, 12), new=range(12, 41))
    clock.sleep(60)
    assert post.room.tick() == 1
    raw = post.last()
    mail = look_over_mail(raw, Kind.DIGEST, HEAD, key, clock.now())
    page = mail.get_body(("html",))
    assert page is not None
    assert page.get_content().count("<h3 ") + 1 == 60  # the lead has another head
    assert len(page.get_content().encode()) > 70_000


def confirmation(post: Post) -> bytes:
    post.room.subscriptions.subscribe(ADA)
    post.room.subscriptions.send_waiting()
    return post.last()


def management(post: Post) -> bytes:
    post.room.reader(ADA)
    post.clock.sleep(timedelta(days=2).total_seconds())  # nobody is written to about one subscription every minute
    return confirmation(post)


def sign_in(post: Post) -> bytes:
    desk = SignIns(post.database, post.clock, SECRET, post.transport, HEAD, open_to_all=True)
    desk.ask(ADA, "192.0.2.7", "/")
    desk.send_waiting()
    return post.last()


def trial(post: Post) -> bytes:
    Trial(HEAD, post.transport, Suppressions(post.database, post.clock), post.clock, SECRET).send(ADA)
    return post.last()


MAILS: dict[Kind, Callable[[Post], bytes]] = {
    Kind.DIGEST: digest,
    Kind.CONFIRMATION: confirmation,
    Kind.MANAGEMENT: management,
    Kind.SIGN_IN: sign_in,
    Kind.TRIAL: trial,
}
ON_THE_LIST = {Kind.DIGEST, Kind.MANAGEMENT}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> DkimKeys:
    made = DkimKeys(tmp_path_factory.mktemp("dkim"), "pen")
    made.make()
    return made


@pytest.fixture
def key(keys: DkimKeys) -> DkimKey:
    return keys.current()[0]


@pytest.mark.parametrize("kind", MAILS)
def test_a_mail_of_each_kind_passes_the_rules(
    kind: Kind, sqlite: Database, clock: FixedClock, keys: DkimKeys, key: DkimKey
) -> None:
    post = Post(sqlite, clock, keys)
    raw = MAILS[kind](post)
    mail = look_over_mail(raw, kind, HEAD, key, clock.now())
    assert (mail["List-Id"] is not None) == (kind in ON_THE_LIST)
    assert mail["To"] == ADA
    # The envelope names the mail, in the domain that readers see: DMARC asks that they align.
    assert HEAD.returns is not None
    assert HEAD.returns.read(post.tray.senders[-1]) == Returned("bounce", mail["Message-ID"][1:33], holds=True)
    assert HEAD.envelope_domain == mail["From"].addresses[0].domain


def test_the_two_letters_of_a_move_pass_them_too(
    sqlite: Database, clock: FixedClock, keys: DkimKeys, key: DkimKey
) -> None:
    post = Post(sqlite, clock, keys)
    reader = post.room.reader(ADA)
    post.room.subscriptions.moving.ask(reader.token, "new@reader.example")
    post.room.subscriptions.send_waiting()
    kinds = {ADA: Kind.MANAGEMENT, "new@reader.example": Kind.CONFIRMATION}
    for letter, raw in zip(post.tray.mails[-2:], post.tray.raw[-2:], strict=True):
        look_over_mail(raw, kinds[str(letter["To"])], HEAD, key, clock.now())
    assert {str(letter["To"]) for letter in post.tray.mails[-2:]} == set(kinds)


def test_a_quiet_day_and_dates_of_another_script_pass_them_too(
    sqlite: Database, clock: FixedClock, keys: DkimKeys, key: DkimKey
) -> None:
    post = Post(sqlite, clock, keys)
    post.room.press.publish(TODAY, notice="Nothing new today. arXiv announces nothing on Sunday.")
    post.room.reader(ADA, days="daily", even_empty=True, locale="ja")
    assert post.room.tick() == 1
    look_over_mail(post.last(), Kind.DIGEST, HEAD, key, clock.now())


def test_no_kind_of_mail_is_forgotten() -> None:
    """Whoever writes a letter says its kind, and every kind that is written stands in `MAILS`."""
    written = list(_letters())
    assert len(written) >= len(MAILS)
    for place, kind in written:
        assert kind, f"{place}: pass kind=Kind.… to Letter, and add the kind to MAILS in this file"
    assert {Kind[kind] for _, kind in written if kind} == set(MAILS)


def _letters() -> Iterator[tuple[str, str | None]]:
    """Yield where in the sources a `Letter` is made, and the name of the kind that it is given."""
    for path in sorted(Path(broadsheet.__file__).parent.rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Letter":
                kinds = [word.value for word in call.keywords if word.arg == "kind"]
                named = kinds[0].attr if kinds and isinstance(kinds[0], ast.Attribute) else None
                yield f"{path.name}:{call.lineno}", named
