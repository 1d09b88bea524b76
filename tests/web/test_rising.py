import re
from datetime import timedelta

import pytest

from broadsheet.encoders.encoder import Encoder
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog
from broadsheet.trending.rising.calibration import Group
from broadsheet.web.rising import SIZE, drawing
from tests.invented import record
from tests.trending.rising.made import rise
from tests.web.conftest import Build, Instance, upvotes


@pytest.fixture
def filled(instance: Instance) -> Instance:
    """A day with papers in each place of the page where new ones stand."""
    today = instance.clock.now().date()
    voted = [record(n, signals=upvotes(10 + n, instance.clock), published=today) for n in range(1, 12)]
    instance.add(*voted, *(record(n, published=today) for n in range(20, 75)))
    return instance


def new(instance: Instance) -> list[int]:
    return [place.paper.id for place in instance.site.editions.today().new]


def test_without_a_fit_the_page_says_how_to_get_one(instance: Instance) -> None:
    page = instance.get("/about/rising").text
    assert "The mark is off." in page
    assert "broadsheet trending rising --fit" in page
    assert "<svg class=" not in page
    assert 'href="/about/rising"' in instance.get("/about/trending").text


def test_a_fit_is_shown_with_its_chart_and_its_numbers(instance: Instance, static_encoder: Encoder) -> None:
    fit = rise(instance.site.database, static_encoder, instance.clock.now(), [])
    page = instance.get("/about/rising").text
    assert fit.trial is not None
    assert page.count('<circle class="dot"') == len(fit.trial.tenths) == 10
    assert f"Of the papers that it marks, {100 * fit.trial.marked.seen:.1f} of 100 came" in page
    for span in fit.spans:
        assert f"<td>{span.since}</td><td>{span.until}</td><td>{span.papers:,}</td>" in page
    assert f"<td>{fit.trial.brier:.4f}</td><td>{fit.trial.brier_of_base:.4f}</td>" in page
    assert f"<td>{fit.trial.precision:.3f}</td><td>{fit.trial.precision_of_author:.3f}</td>" in page
    assert "Nothing is marked." not in page


def test_a_fit_of_too_little_says_so(instance: Instance, static_encoder: Encoder) -> None:
    rise(instance.site.database, static_encoder, instance.clock.now(), [], days=20)
    page = instance.get("/about/rising").text
    assert "The mark is on since" in page
    assert "Nothing is marked. Too little has happened here to learn from" in page
    assert "<svg class=" not in page


def test_new_papers_bear_their_mark_wherever_they_stand_and_no_others(
    filled: Instance, static_encoder: Encoder
) -> None:
    before = filled.get("/").text
    ids, voted = new(filled), filled.site.catalogue.get("arxiv:2601.00003").id
    assert len(ids) == 40
    marked = [ids[0], ids[10], ids[30], voted]
    rise(filled.site.database, static_encoder, filled.clock.now(), marked)
    page = filled.get("/").text
    assert page.count('<div class="risen">') == 3
    assert page.count("Marked rising: ") == 3
    without = re.sub(r'<div class="risen">.*?</div>', "", page, flags=re.DOTALL)
    titles = re.compile(r'class="hed[^"]*"><a href="([^"]+)"')
    assert titles.findall(without) == titles.findall(before)


def test_the_sum_behind_a_mark_adds_up_on_the_page(filled: Instance, static_encoder: Encoder) -> None:
    rise(filled.site.database, static_encoder, filled.clock.now(), new(filled)[:1])
    (mark,) = re.findall(r'<div class="risen">.*?</div>', filled.get("/").text, flags=re.DOTALL)
    numbers = [float(one.replace("−", "-")) for one in re.findall(r"<td>([+−-]?\d+\.\d+)</td>", mark)]
    assert len(numbers) == 9
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1])
    assert "Odds, in doublings" in mark
    assert 'href="/about/rising"' in mark


def test_a_vote_takes_the_mark_away(filled: Instance, static_encoder: Encoder) -> None:
    first = new(filled)[0]
    rise(filled.site.database, static_encoder, filled.clock.now(), [first])
    assert "Marked rising" in filled.get("/").text
    SignalLog(filled.site.database, filled.clock).record(first, [Signal("votes", 1, filled.clock.now())])
    assert "Marked rising" not in filled.get("/").text


def test_the_operator_switches_it(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.web.known.is_from_here", lambda _request: True)
    alone = build(single_user=True)
    page = alone.get("/operator/trending").text
    assert "Off. It tells beside new papers" in page
    assert "Nothing was learnt yet" in page
    assert alone.post("/operator/trending", do="rising-on").headers["location"] == "/operator/trending#rising"
    assert alone.site.rising.switched().on
    assert "On since" in alone.get("/operator/trending").text
    alone.post("/operator/trending", do="rising-off")
    assert not alone.site.rising.switched().on
    assert alone.site.trending.weighings.journal() == []


def test_nobody_else_switches_it(instance: Instance) -> None:
    instance.post("/operator/trending", 401, do="rising-on")
    assert not instance.site.rising.switched().on


def test_how_a_fit_stands_is_told_to_the_operator(
    build: Build, static_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.web.known.is_from_here", lambda _request: True)
    alone = build(single_user=True)
    rise(alone.site.database, static_encoder, alone.clock.now() - timedelta(days=1), [])
    assert "Its chances held on the days that it had not learnt from." in alone.get("/operator/trending").text


def test_what_was_seen_as_often_as_foretold_lies_on_the_diagonal() -> None:
    found = drawing([Group(100, 0.1, 10), Group(100, 0.3, 30), Group(100, 0.5, 2)])
    assert [one.x - found.left for one in found.points[:2]] == pytest.approx(
        [SIZE + 10 - one.y for one in found.points[:2]]
    )
    assert all(one.high <= one.y <= one.low for one in found.points)
    assert max(x for _, x, _ in found.ticks) == pytest.approx(found.left + found.size)
    assert found.sentence.startswith("Of 3 tenths of the papers, 2 were seen as often as foretold")
    assert len(drawing([Group(10, 0.0, 0)]).points) == 1
