from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import insert, update

from broadsheet.accounts import audit
from broadsheet.accounts.reader import Reader
from broadsheet.community.claims import BY_READER, Claims, is_mailbox_of
from broadsheet.database.schema import allowance, openid_identity
from broadsheet.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded, TooMany, Unavailable
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.paper import Artefact
from tests.community.conftest import SECRET, Town, at_once
from tests.invented import paper

ORCID = "0000-0002-1825-0097"


@pytest.fixture
def claims(town: Town) -> Claims:
    def orcids(identifier: Identifier) -> frozenset[str]:
        if identifier.value == "2601.00003":
            raise Unavailable("OpenAlex could not be reached.")
        return frozenset({ORCID}) if identifier.value == "2601.00001" else frozenset()

    return Claims(town.database, town.catalogue, town.clock, SECRET, orcids)


@pytest.fixture
def editor(town: Town) -> Reader:
    return town.readers.add("ed@quill.example", "editor")


def by_orcid(town: Town, reader_id: int, issuer: str = "https://orcid.org") -> None:
    with town.database.write() as connection:
        values = {"issuer": issuer, "subject": ORCID, "reader_id": reader_id, "linked_at": town.clock.now()}
        connection.execute(insert(openid_identity).values(**values))


def test_an_orcid_that_the_work_bears_proves_it(town: Town, claims: Claims) -> None:
    one, other, third = town.papers
    by_orcid(town, town.ada)
    ada = town.reader(town.ada)
    assert claims.claim(ada, one) == "verified"
    assert [(author.reader_id, author.how) for author in claims.authors(one)] == [(town.ada, "orcid")]
    assert claims.claim(ada, other) == claims.claim(ada, third) == "waiting"  # not its author; the source is silent
    assert claims.claim(town.reader(town.bee), one) == "waiting"
    assert claims.claim(ada, one) == "verified"  # once more changes nothing


def test_an_orcid_by_another_provider_proves_nothing(town: Town, claims: Claims) -> None:
    by_orcid(town, town.ada, "https://evil.example")
    assert claims.claim(town.reader(town.ada), town.papers[0]) == "waiting"


@pytest.mark.parametrize(
    ("address", "url", "official", "proved"),
    [
        ("ada.quill@tides.example", "https://salt.tides.example/p", True, True),
        ("aquill@tides.example", "https://tides.example", True, True),
        ("bee@tides.example", "https://tides.example", True, False),
        ("ada.quill@tides.example", "https://tides.example", None, False),
        ("ada.quill@other.example", "https://tides.example", True, False),
        ("ada.quill@ides.example", "https://tides.example", True, False),
        ("ada.quill@google.com", "https://sites.google.com/view/tides", True, False),
        ("", "https://tides.example", True, False),
    ],
)
def test_a_mailbox_of_the_papers_domain_and_an_authors_name(
    address: str, url: str, official: bool | None, proved: bool
) -> None:
    page = replace(Artefact("project", url), official=official)
    assert is_mailbox_of(address, paper(7, authors=("Ada Quill",), artefacts=(page,))) is proved


def test_else_an_editor_confirms_or_refuses(town: Town, claims: Claims, editor: Reader) -> None:
    one, ada, bee = town.papers[0], town.reader(town.ada), town.reader(town.bee)
    claims.claim(ada, one, " my \n page ")
    claims.claim(bee, one)
    assert [(w.reader_id, w.note, w.paper.id) for w in claims.waiting(editor)] == [
        (town.ada, "my page", one),
        (town.bee, "", one),
    ]
    claims.settle(editor, town.ada, one, verified=True)
    claims.settle(editor, town.bee, one, verified=False)
    assert [author.how for author in claims.authors(one)] == ["editor"]
    assert (claims.state(ada, one), claims.state(bee, one), claims.state(None, one)) == ("verified", "refused", None)
    assert [(e.action, e.subject, e.reason) for e in audit.newest(town.database, 2)] == [
        ("refused", "claim", f"reader {town.bee}"),
        ("verified", "claim", f"reader {town.ada}"),
    ]
    assert claims.claim(bee, one, "look again") == "waiting"
    claims.withdraw(bee, one)
    with pytest.raises(NotFound):
        claims.withdraw(bee, one)


def test_only_another_who_is_an_editor_now_settles(town: Town, claims: Claims, editor: Reader) -> None:
    one = town.papers[0]
    claims.claim(editor, one)
    claims.claim(town.reader(town.ada), one)
    with pytest.raises(Conflict, match="another editor"):
        claims.settle(editor, editor.id, one, verified=True)
    with pytest.raises(Forbidden):
        claims.waiting(town.reader(town.ada))
    town.readers.set_role("ed@quill.example", "reader")
    with pytest.raises(Forbidden):
        claims.settle(editor, town.ada, one, verified=True)
    assert claims.authors(one) == []


def test_two_editors_at_once_settle_once(town: Town, claims: Claims, editor: Reader) -> None:
    one, other = town.papers[0], town.readers.add("other@quill.example", "editor")
    claims.claim(town.reader(town.ada), one)
    raised = at_once(*(partial(claims.settle, who, town.ada, one, verified=True) for who in (editor, other)))
    assert [type(error) for error in raised] == [Conflict]
    assert [e.action for e in audit.newest(town.database, 5)].count("verified") == 1


def test_claims_follow_a_merge_and_leave_with_their_reader(town: Town, claims: Claims, editor: Reader) -> None:
    one, other, _ = town.papers
    claims.claim(town.reader(town.ada), other)
    town.merge(other, one)
    claims.settle(editor, town.ada, other, verified=True)  # from a page that was open meanwhile
    assert [author.reader_id for author in claims.authors(one)] == [town.ada]
    assert [(told["id"], told["state"], told["how"]) for told in claims.export(town.ada)] == [
        ("arxiv:2601.00001", "verified", "editor")
    ]
    ada = town.reader(town.ada)
    town.readers.delete(town.ada)
    assert claims.authors(one) == []
    with pytest.raises(SignInNeeded):
        claims.claim(ada, one)


def test_bad_and_endless_claims_are_told(town: Town, claims: Claims) -> None:
    ada = town.reader(town.ada)
    with pytest.raises(Invalid):
        claims.claim(ada, town.papers[0], "a" * 501)
    with pytest.raises(NotFound):
        claims.claim(ada, 99)
    with town.database.write() as connection:
        connection.execute(update(allowance).values(used=BY_READER.most))
    with pytest.raises(TooMany, match="20 claims a day"):
        claims.claim(ada, town.papers[0])
