import pytest

from broadsheet.trending.formula import PUBLISHED
from tests.invented import record
from tests.web.conftest import ORIGIN, Build, Instance, upvotes


@pytest.fixture
def alone(build: Build, monkeypatch: pytest.MonkeyPatch) -> Instance:
    """A laptop's instance, where whoever sits at it is its admin."""
    monkeypatch.setattr("broadsheet.web.known.is_from_here", lambda _request: True)
    made = build(single_user=True)
    made.add(*(record(n, signals=upvotes(10 + n, made.clock)) for n in range(1, 5)))
    return made


def test_nobody_but_an_admin_sees_it(instance: Instance) -> None:
    assert instance.get("/operator/trending", 303).headers["location"].startswith("/sign-in")
    instance.post("/operator/trending", 401, do="save", votes="2")
    assert instance.site.trending.weights() == PUBLISHED


def test_other_weights_are_shown_beside_the_present_order_first(alone: Instance) -> None:
    page = alone.get("/operator/trending").text
    assert "Today, as it is" in page
    assert "None: the published weights are in force." in page
    looked = alone.post("/operator/trending", 200, do="preview", hf_upvotes="0", votes="1").text
    assert "Today, by these weights and as it is" in looked
    assert 'name="hf_upvotes" inputmode="decimal" maxlength="8" size="5" value="0"' in looked
    assert alone.site.trending.weights() == PUBLISHED


def test_weights_are_put_into_force_and_back_with_a_line_for_each(alone: Instance) -> None:
    alone.post("/operator/trending", do="save", hf_upvotes="1.5", pace="0.6")
    assert alone.site.trending.weights().kinds["hf_upvotes"] == 1.5
    about = alone.get("/about/trending").text
    assert "The operator of this instance changed the weights: pace counts 0.6" in about
    assert "published 1</span>" in about
    assert "<mn>0.6</mn>" in about
    assert "hf_upvotes 1.5, pace 0.6" in alone.get("/operator/trending").text
    alone.post("/operator/trending", do="reset")
    assert alone.site.trending.weights() == PUBLISHED
    assert "changed the weights" not in alone.get("/about/trending").text
    assert "the published weights" in alone.get("/operator/trending").text


def test_what_is_no_weight_is_told_at_its_field_and_nothing_is_lost(alone: Instance) -> None:
    page = alone.post("/operator/trending", 400, do="save", stars="many", votes="3").text
    assert "“many” is no weight" in page
    assert 'aria-describedby="stars-error"' in page
    assert 'name="votes" inputmode="decimal" maxlength="8" size="5" value="3"' in page
    assert alone.site.trending.weighings.journal() == []


def test_another_sites_form_weighs_nothing(alone: Instance) -> None:
    answer = alone.client.post("/operator/trending", data={"do": "save", "votes": "4"}, headers={"Origin": ORIGIN})
    assert answer.status_code == 403
    assert alone.site.trending.weights() == PUBLISHED


def test_what_browsers_were_shown_is_counted_and_told(alone: Instance) -> None:
    alone.get("/trending", **{"Sec-Fetch-Dest": "document"})
    alone.get("/trending")
    alone.site.counting.write()
    page = alone.get("/operator/trending").text
    assert '<th scope="row">trending day next</th><td>1</td><td>1</td><td>1</td>' in page
