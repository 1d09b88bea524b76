from broadsheet.trending.explain import Part
from broadsheet.trending.ranking import Scored, ranked


def scored(paper_id: int, score: float, upvotes: float | None = None) -> Scored:
    parts = [Part("freshness", score, "")]
    if upvotes is not None:
        parts.insert(0, Part("level", 0.0, "", "hf_upvotes", upvotes))
    return Scored(paper_id, score, tuple(parts))


def order(*page: Scored) -> list[int]:
    return [one.paper_id for one in ranked(page)]


def test_without_votes_the_score_alone_decides_and_the_newest_first() -> None:
    assert order(scored(1, 0), scored(2, 1), scored(3, 0)) == [2, 3, 1]
    assert order(scored(1, 0, 0), scored(2, 1, 0)) == [2, 1]


def test_a_handful_of_votes_buys_no_place_among_the_first_ten() -> None:
    page = [scored(i, 1.0 - i / 100, 50) for i in range(1, 13)]
    assert order(*page, scored(99, 9.0, 9))[:11] == [*range(1, 11), 99]
    assert order(*page, scored(99, 9.0, 10))[0] == 99


def test_papers_nobody_voted_for_stand_behind_those_with_votes() -> None:
    voted = [scored(i, -float(i), 20) for i in range(1, 4)]
    assert order(*voted, scored(50, 0.0), scored(51, 0.0)) == [1, 2, 3, 51, 50]


def test_nobody_is_lost_or_doubled() -> None:
    page = [scored(i, (i * 7) % 13, i % 5 or None) for i in range(40)]
    assert sorted(order(*page)) == list(range(40))
