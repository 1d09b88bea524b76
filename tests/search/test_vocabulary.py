from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.spelling import distances
from broadsheet.search.vocabulary import LONGEST, Vocabulary
from tests.invented import paper
from tests.search.conftest import Make

WORDS = st.text("abcé", min_size=1, max_size=9)


@dataclass
class Titles:
    """An engine of nothing but words, which counts how often it is asked for them."""

    words: list[str]
    papers: int = 1_000
    newest: int = 1_000
    asked: int = 0

    def __len__(self) -> int:
        return self.papers

    def spelt(self, beginning: str, limit: int | None = None) -> list[tuple[str, int]]:
        self.asked += 1
        return [(word, 1) for word in self.words if word.startswith(beginning)][:limit]


@given(WORDS, st.sets(WORDS, max_size=40), st.integers(1, 2))
def test_no_word_within_the_errors_is_missed(word: str, words: set[str], errors: int) -> None:
    held = sorted(words)
    near = {text for text, _ in Vocabulary().near(Titles(held), word, errors)}  # type: ignore[arg-type]
    pairs = zip(held, distances(word, held), strict=True)
    assert near >= {other for other, away in pairs if away <= errors and other[0] == word[0]}
    assert all(other[0] == word[0] and abs(len(other) - len(word)) <= errors for other in near)


def test_most_words_are_passed_over() -> None:
    titles = Titles(["moss", "moons", "mountain", "mood", "moth", "mosses"])
    assert {text for text, _ in Vocabulary().near(titles, "mosss", 1)} == {"moss", "mosses"}  # type: ignore[arg-type]


def test_a_letter_is_read_again_when_the_collection_has_grown_by_a_hundredth() -> None:
    titles, vocabulary = Titles(["moss"]), Vocabulary()
    for newest, asked in ((1_000, 1), (1_009, 1), (1_020, 2), (1_020, 2), (900, 3)):
        titles.newest = newest
        vocabulary.near(titles, "mosss", 1)  # type: ignore[arg-type]
        assert titles.asked == asked, newest


def test_in_a_small_collection_a_new_word_counts_at_once(make: Make) -> None:
    vocabulary = Vocabulary()
    assert vocabulary.near(make([paper(1, title="Peat bogs")]), "mosss", 1) == []
    later = make([paper(1, title="Peat bogs"), paper(2, title="Moss gardens")])
    assert vocabulary.near(later, "mosss", 1) == [("moss", 1)]


def test_runs_of_letters_without_end_are_no_words(make: Make) -> None:
    engine = make([paper(1, title="m" + "o" * LONGEST)])
    assert Vocabulary().near(engine, "m" + "o" * (LONGEST - 1), 2) == []
