from datetime import date

import numpy as np
import pytest

from broadsheet.errors import Invalid
from broadsheet.search import topics
from broadsheet.search.news import NO_NEWS
from broadsheet.search.question import Question
from broadsheet.search.service import Search
from tests.invented import record
from tests.search.test_service import Made, made, shelf

__all__ = ["made", "shelf"]  # fixtures


def answers(search: Search, question: Question) -> list[int]:
    page = search.search(question.text, filters=question.filters, sort=question.followed().sort, limit=1_000)
    return [hit.paper.id for hit in page.hits]


@pytest.mark.parametrize(
    "question",
    [
        Question(text="folding paper bridges"),
        Question(text="folding paper bridges", sort="recent"),
        Question(text="counting folding -moss", cat=("cs.IR",)),
        Question(cat=("cs.IR",), since=date(2026, 1, 4)),
    ],
)
def test_news_are_those_answers_of_the_search_that_are_new(shelf: Made, question: Question) -> None:
    whole = answers(shelf.search, question)
    assert len(whole) >= 4
    among = [whole[3], 10_000, whole[1], whole[2]]
    news = shelf.search.news(question, np.array(among, np.int64))
    assert news.ids == whole[1:4]


def test_reasons_are_those_of_the_page(shelf: Made) -> None:
    question = Question(text="folding paper bridges")
    page = shelf.search.search(question.text, sort="newest")
    news = shelf.search.news(question, np.array([hit.paper.id for hit in page.hits], np.int64))
    assert news.reasons(news.ids) == {hit.paper.id: hit.why.sentence for hit in page.hits}
    first = page.hits[0].paper.id
    assert set(news.reasons([first, 10_000])) == {first}


def test_age_is_told_where_it_counts(shelf: Made) -> None:
    news = shelf.search.news(Question(text="folding", sort="recent"), np.arange(1, 100))
    assert all("its age has left" in reason for reason in news.reasons(news.ids[:2]).values())


def test_a_new_paper_is_news_as_soon_as_it_is_indexed(shelf: Made) -> None:
    (new,) = shelf.add(record(90, title="Zeppelin sails"))
    assert shelf.search.news(Question(text="zeppelin sails"), np.array([new])).ids == [new]
    assert shelf.search.news(Question(text="zeppelin sails"), np.zeros(0, np.int64)).ids == []


def test_a_question_that_names_one_paper_has_no_news(shelf: Made) -> None:
    for text in ("2601.00003", "2601.00003, 2601.00004"):
        assert shelf.search.news(Question(text=text), np.arange(1, 100)) is NO_NEWS
    assert (NO_NEWS.ids, NO_NEWS.reasons([1])) == ([], {})


def test_what_cannot_be_asked_is_invalid(shelf: Made) -> None:
    with pytest.raises(Invalid):
        shelf.search.news(Question(text="?!"), np.arange(1, 100))


def test_a_topic_by_examples_finds_its_like_and_tells_the_nearest(shelf: Made) -> None:
    ids = [shelf.catalogue.get(f"arxiv:2601.{n:05d}").id for n in (3, 10, 17, 24, 31)]  # all of paper bridges
    others = [one for one in range(1, 41) if one not in ids]
    news = shelf.search.of_topic("", ids[:3], np.array([*ids, *others], np.int64))
    assert not set(news.ids) & set(ids[:3])
    told = news.reasons(news.ids)
    assert all(reason.startswith("Near your examples in meaning (0.") for reason in told.values())
    assert all("most of all “On " in reason for reason in told.values())


def test_a_topic_by_examples_names_the_words_that_a_paper_shares_with_them(
    shelf: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topics, "FEWEST_TO_TELL_APART", 20)
    monkeypatch.setattr(topics, "DEVIATIONS_WITH_WORDS", 0.5)
    ids = [shelf.catalogue.get(f"arxiv:2601.{n:05d}").id for n in (3, 10, 17, 24, 31)]  # all of paper bridges
    news = shelf.search.of_topic("", ids[:3], np.array(ids, np.int64))
    assert set(news.ids) == set(ids[3:])
    for number, reason in news.reasons(news.ids).items():
        at = news.ids.index(number)
        words, meaning = float(news.ranking.text[at]), float(news.ranking.meaning[at])
        told = f"Near your examples in meaning ({meaning:.2f}) and words ({words:.2f}; "
        assert reason.startswith(told)
        named = reason[len(told) :].split(")")[0]
        assert "“bridges”" in named
        assert "most of all “On " in reason


def test_a_topic_by_words_says_how_near(shelf: Made) -> None:
    added = shelf.add(*(record(n, title="Zeppelin sails", abstract="Zeppelin sails.") for n in (90, 91)))
    news = shelf.search.of_topic("zeppelin sails", (), np.arange(1, 100))
    assert sorted(news.ids) == sorted(added)
    assert news.reasons(added[:1]) == {added[0]: "Near “zeppelin sails” in meaning (0.89)."}
    assert shelf.search.of_topic("", (), np.arange(1, 100)).ids == []
