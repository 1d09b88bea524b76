import pytest
from sqlalchemy import select

from broadsheet.accounts.api_tokens import MOST, ApiTokens
from broadsheet.clock import FixedClock
from broadsheet.database.schema import api_token
from broadsheet.errors import Conflict, Forbidden, Invalid, NotFound
from tests.accounts.conftest import ADA, Office


@pytest.fixture
def tokens(office: Office) -> ApiTokens:
    return ApiTokens(office.database, office.clock)


def test_a_token_is_told_once_and_kept_as_a_hash(office: Office, tokens: ApiTokens) -> None:
    made = tokens.make(office.readers.add(ADA).id, "reading list", "read")
    assert made.secret.startswith("bst_")
    assert made.secret not in repr(made)
    with office.database.read() as connection:
        assert made.secret not in str(connection.execute(select(api_token)).all())


def test_a_bearer_is_the_reader_as_they_are_now(office: Office, tokens: ApiTokens) -> None:
    made = tokens.make(office.readers.add(ADA).id, "list", "write")
    office.readers.set_role(ADA, "editor")
    found = tokens.bearer(made.secret)
    assert found
    assert found.require("write").role == "editor"


def test_a_reading_token_may_not_write(office: Office, tokens: ApiTokens) -> None:
    found = tokens.bearer(tokens.make(office.readers.add(ADA).id, "list", "read").secret)
    assert found
    assert found.require("read")
    with pytest.raises(Forbidden, match="may only read"):
        found.require("write")


def test_its_last_use_is_true_to_the_hour(office: Office, tokens: ApiTokens, clock: FixedClock) -> None:
    ada = office.readers.add(ADA)
    secret = tokens.make(ada.id, "list", "read").secret
    assert tokens.of(ada.id)[0].used_at is None
    first = clock.now()
    for seconds in (0, 3599, 1):
        clock.sleep(seconds)
        tokens.bearer(secret)
        expected = first if seconds != 1 else clock.now()
        assert tokens.of(ada.id)[0].used_at == expected


def test_a_revoked_token_is_nobodys(office: Office, tokens: ApiTokens) -> None:
    ada, bee = office.readers.add(ADA), office.readers.add("bee@example.org")
    made = tokens.make(ada.id, "list", "read")
    with pytest.raises(NotFound):
        tokens.revoke(bee.id, made.token.id)
    assert tokens.bearer(made.secret)
    tokens.revoke(ada.id, made.token.id)
    assert tokens.bearer(made.secret) is None
    with pytest.raises(NotFound):
        tokens.revoke(ada.id, made.token.id)


@pytest.mark.parametrize(
    ("name", "scope", "field"),
    [("", "read", "token_name"), ("x" * 41, "read", "token_name"), ("list", "all", "scope"), ("list", "", "scope")],
)
def test_a_token_needs_a_name_and_a_scope(office: Office, tokens: ApiTokens, name: str, scope: str, field: str) -> None:
    with pytest.raises(Invalid) as told:
        tokens.make(office.readers.add(ADA).id, name, scope)
    assert told.value.field == field


def test_nobody_has_tokens_without_end(office: Office, tokens: ApiTokens) -> None:
    ada = office.readers.add(ADA)
    for n in range(MOST):
        tokens.make(ada.id, f"list {n}", "read")
    with pytest.raises(Conflict, match="Revoke one"):
        tokens.make(ada.id, "one more", "read")


def test_no_made_up_token_is_anybodys(office: Office, tokens: ApiTokens) -> None:
    tokens.make(office.readers.add(ADA).id, "list", "read")
    for secret in ("", "bst_", "bst_" + "a" * 43, "\ud800", "a" * 100_000):
        assert tokens.bearer(secret) is None
