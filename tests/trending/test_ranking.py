import numpy as np
import pytest

from broadsheet.trending.ranking import Field, ranked

Row = tuple[int, float, float, int]


def scored(paper_id: int, score: float, upvotes: float = 0, voice: int = 0) -> Row:
    return paper_id, score, upvotes / 31, voice


def order(*page: Row) -> list[int]:
    ids, scores, votes, voices = zip(*page, strict=True) if page else ((), (), (), ())
    field = Field(
        np.array(ids, int), np.array(scores, float), np.array(votes, float), 31 * np.array(votes), np.array(voices, int)
    )
    return [ids[row] for row in ranked(field)]


def test_without_votes_the_score_alone_decides_and_the_newest_first() -> None:
    assert order(scored(1, 0), scored(2, 1), scored(3, 0)) == [2, 3, 1]
    assert order() == []


def test_a_handful_of_votes_buys_no_place_among_the_first_ten() -> None:
    page = [scored(i, 1.0 - i / 100, 100) for i in range(1, 13)]
    assert order(*page, scored(99, 9.0, 14))[:11] == [*range(1, 11), 99]
    assert order(*page, scored(99, 9.0, 16))[0] == 99


def test_fewer_votes_than_fifty_of_a_ring_count_for_buy_no_place_unless_nobody_has_more() -> None:
    page = [scored(i, 1.0 - i / 100, 15) for i in range(1, 13)]
    assert order(*page, scored(99, 9.0, 7))[:11] == [*range(1, 11), 99]
    assert order(*page, scored(99, 9.0, 7.2))[0] == 99
    small = [scored(i, 1.0 - i / 100, 3) for i in range(1, 13)]
    assert order(*small, scored(99, 9.0, 2))[0] == 99
    assert order(*small, scored(99, 9.0, 1))[10] == 99


def test_papers_nobody_voted_for_stand_behind_those_with_votes() -> None:
    voted = [scored(i, -float(i), 20) for i in range(1, 4)]
    assert order(*voted, scored(50, 0.0), scored(51, 0.0)) == [1, 2, 3, 51, 50]


def test_nobody_is_lost_or_doubled() -> None:
    page = [scored(i, (i * 7) % 13, i % 5, i % 3) for i in range(40)]
    assert sorted(order(*page)) == list(range(40))


def test_one_loud_source_leaves_places_to_others_with_votes_enough() -> None:
    loud = [scored(i, 9.0 - i / 100, 50, voice=1) for i in range(1, 30)]
    others = [scored(i, 1.0 - i / 100, 50, voice=2) for i in range(101, 103)]
    assert order(*loud, *others)[:11] == [*range(1, 9), 101, 102, 9]
    assert order(*loud)[:11] == list(range(1, 12))
    assert order(*loud, scored(200, 1.0, 2, voice=2))[:10] == list(range(1, 11))


@pytest.mark.parametrize("voices", [2, 3])
def test_a_flood_without_votes_leaves_places_to_other_sources(voices: int) -> None:
    flood = [scored(i, 0.0, voice=0) for i in range(500)]
    others = [scored(1_000 + voice, -1.0, voice=voice) for voice in range(1, voices)]
    first = order(*flood, *others)[:10]
    assert sum(one >= 1_000 for one in first) == voices - 1


def test_a_page_may_be_of_some_rows_alone() -> None:
    field = Field(np.array([5, 6, 7]), np.array([1.0, 2.0, 3.0]), np.zeros(3), np.zeros(3), np.zeros(3, int))
    assert list(ranked(field, np.array([0, 1]))) == [1, 0]
