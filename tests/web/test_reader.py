import pytest

from tests.invented import record
from tests.web.conftest import Instance
from tests.web.test_signing import signed_in


@pytest.fixture
def signed(instance: Instance) -> Instance:
    instance.add(record(1), record(2))
    signed_in(instance)
    instance.post("/me/name", name="Ada & Co")
    return instance


def test_a_reader_has_no_page_for_others_but_by_choice(signed: Instance) -> None:
    signed.get("/reader/1", 404)
    signed.post("/vote", vote="1 arxiv:2601.00001")
    signed.post("/lists", name="Hidden")
    signed.post("/lists", name="Open", access="public")
    signed.post("/me/public", open="on")
    signed.client.cookies.clear()
    page = signed.get("/reader/1").text
    assert "<bdi>Ada &amp; Co</bdi>" in page
    assert "Open" in page
    assert "Hidden" not in page
    assert record(1).title not in page


def test_votes_are_shown_where_the_reader_wants_it(signed: Instance) -> None:
    signed.post("/vote", vote="1 arxiv:2601.00001")
    signed.post("/me/public", open="on", votes="on")
    assert record(1).title in signed.get("/reader/1").text
    signed.post("/me/public")
    signed.get("/reader/1", 404)


@pytest.mark.parametrize("number", ["0", "-1", "x", "9" * 400, "²", "%00"])
def test_a_number_of_nobody_is_a_clear_page(instance: Instance, number: str) -> None:
    assert "only if they want to" in instance.get(f"/reader/{number}", 404).text


def test_what_a_reader_did_stands_on_the_own_page(signed: Instance) -> None:
    signed.post("/vote", vote="1 arxiv:2601.00002")
    page = signed.get("/me").text.partition('id="history"')[2]
    assert "voted for" in page
    assert record(2).title in page
