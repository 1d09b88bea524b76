from datetime import timedelta

import pytest

from broadsheet.accounts.reader import Reader
from broadsheet.accounts.readers import Readers
from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Forbidden, Invalid
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.records import Signal
from broadsheet.papers.signals import SignalLog
from broadsheet.trending import weighing
from broadsheet.trending.explain import total
from broadsheet.trending.formula import KINDS, PUBLISHED
from broadsheet.trending.trending import Trending
from tests.conftest import NOON
from tests.invented import record

ADMIN = Reader(1, "ada@papers.example", "Ada", "admin", NOON, NOON)
HOUR = timedelta(hours=1)


@pytest.fixture
def trending(database: Database, clock: FixedClock) -> Trending:
    """Two papers: the first is read on Hugging Face, the second on Hacker News."""
    catalogue = Catalogue(database, clock)
    catalogue.add(
        [
            record(1, signals=(Signal("hf_upvotes", 90, NOON, NOON - 10 * HOUR),)),
            record(2, signals=(Signal("hn_points", 150, NOON, NOON - 10 * HOUR),)),
        ]
    )
    made = Trending(database, catalogue, SignalLog(database, clock), clock)
    made.refresh()
    return made


def keys(found: object) -> list[str]:
    return [one.paper.key[-1] for one in found]  # type: ignore[attr-defined]


def test_a_preview_shows_other_weights_and_changes_nothing(trending: Trending) -> None:
    other = weighing.read({"hf_upvotes": "0", "hn_points": "2"})
    assert keys(trending.top()) == ["1", "2"]
    looked = trending.preview(other)
    assert keys(looked) == ["2", "1"]
    for one in looked:
        assert total(one.parts) == pytest.approx(one.score)
    assert keys(trending.top()) == ["1", "2"]
    assert trending.weights() == PUBLISHED
    assert trending.weighings.journal() == []


def test_weights_that_are_put_into_force_order_and_explain_every_page(trending: Trending, clock: FixedClock) -> None:
    other = weighing.read({"hf_upvotes": "0", "hn_points": "2", "pace": "0.5"})
    before = trending.preview(other)
    trending.reweigh(other, ADMIN)
    assert trending.weights() == other
    assert trending.top() == before
    assert trending.explain("arxiv:2601.00002").parts == before[0].parts
    clock.sleep(60)
    trending.reweigh(None, ADMIN)
    assert trending.weights() == PUBLISHED
    assert keys(trending.top()) == ["1", "2"]
    journal = trending.weighings.journal()
    assert [(line.at, line.by, line.weights) for line in journal] == [
        (NOON + timedelta(minutes=1), "Ada", None),
        (NOON, "Ada", other),
    ]


def test_pages_are_explained_by_the_weights_that_ordered_them(trending: Trending) -> None:
    trending.weighings.change(weighing.read({"hf_upvotes": "2"}), ADMIN)
    before = trending.explain("arxiv:2601.00001").score
    trending.refresh()
    assert trending.explain("arxiv:2601.00001").score > before


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_only_admins_weigh(trending: Trending, role: str) -> None:
    somebody = Reader(2, "eli@papers.example", "Eli", role, NOON, NOON)  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        trending.reweigh(None, somebody)
    assert trending.weighings.journal() == []


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"votes": "-1"}, "votes"),
        ({"votes": "nan"}, "votes"),
        ({"hn_points": "4.01"}, "hn_points"),
        ({"pace": "1.1"}, "pace"),
        ({"stars": "many"}, "stars"),
        (dict.fromkeys(KINDS, "0"), "hf_upvotes"),
    ],
)
def test_what_is_no_weight_is_refused_by_name(given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        weighing.read(given)
    assert refused.value.field == field


def test_what_is_not_given_is_as_published_and_commas_are_taken() -> None:
    found = weighing.read({"stars": " 0,4 ", "of_somebody": "7"})
    assert found.stars == 0.4
    assert found.kinds == PUBLISHED.kinds
    assert weighing.loads(weighing.dumps(found)) == found
    assert weighing.loads('{"votes": 3, "gone": 1}').kinds["votes"] == 3


def test_the_reader_of_a_laptop_may_weigh(trending: Trending, database: Database, clock: FixedClock) -> None:
    trending.reweigh(weighing.read({"stars": "1"}), Readers(database, clock, bytes(32)).alone())
    assert trending.weights().stars == 1
