import re

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.search.highlights import Highlighter, passage
from broadsheet.search.words import Stems


def marked(query: str, text: str) -> list[str]:
    spans, _ = Highlighter(query.split(), Stems()).spans(text)
    return [text[start:end] for start, end in spans]


def test_every_form_of_a_word_is_marked_in_order() -> None:
    text = "Folding: we fold folded paper; unfolded papers and foldable ones stay."
    assert marked("folding papers", text) == ["Folding", "fold", "folded", "paper", "papers"]


def test_stems_that_change_their_end_are_found() -> None:
    assert marked("hope", "hoping is hopeful, hopes") == ["hoping", "hopeful", "hopes"]
    assert marked("study", "studies of a study") == ["studies", "study"]


def test_words_with_accents_are_found_by_plain_ones() -> None:
    assert marked("naive", "A naïve – and NAIVE – view") == ["naïve", "NAIVE"]


def test_stop_words_and_parts_of_words_are_not_marked() -> None:
    assert marked("the art", "the artist starts") == []


def test_markup_in_a_text_is_only_text() -> None:
    assert marked("script", "<script>alert(1)</script>") == ["script", "script"]


def test_a_letter_whose_lower_case_is_longer_moves_no_mark() -> None:
    assert marked("moss", "İ moss of İzmir: MOSS") == ["moss", "MOSS"]


def test_characters_of_scripts_without_spaces_are_marked_one_by_one() -> None:
    assert marked("学习", "基于学习的Moss") == ["学", "习"]
    assert marked("moss", "基于Moss的学习") == ["Moss"]


def test_vowel_signs_belong_to_their_word() -> None:
    assert marked("भाषा", "भाषा और भाव") == ["भाषा"]
    assert marked("שָׁלוֹם", "על שָׁלוֹם וש") == ["שָׁלוֹם"]


def said(query: str, text: str) -> tuple[str, ...]:
    highlighter = Highlighter(query.split(), Stems())
    return highlighter.said(highlighter.spans(text)[1])


def test_the_readers_own_words_are_said_without_the_signs_around_them() -> None:
    assert said("Bridges, moss the", "a bridge of paper") == ("Bridges",)
    assert said('"moss C++ BERT: (maps)', "Moss in C, bert and a map") == ("moss", "C", "BERT", "maps")
    assert said(r"$\mathcal{O}(n)$ moss", "mathcal O n") == ("mathcal", "O", "n")


def test_of_a_joined_word_only_what_is_held_is_said() -> None:
    assert said("GPT-4 state-of-the-art", "a gpt of the state") == ("GPT", "state")
    assert said("GPT-4 state-of-the-art", "GPT 4, the state of art") == ("GPT-4", "state-of-the-art")
    assert said("机器学习", "多任务学习") == ("学习",)
    assert said("机器学习 paper", "机器的学习") == ("机器学习",)


SENTENCES = (
    "We begin far away. Then comes a second sentence about nothing much at all, to fill the space of two lines. "
    "Salt maps fold by hand. Moss grows $x. y$ on maps. " + "And so it ends, as all things do. " * 12
)


def marks_of(text: str, *words: str) -> list[tuple[int, int]]:
    return [found.span() for word in words for found in re.finditer(word, text)]


def test_a_passage_begins_with_the_sentence_that_tells_most() -> None:
    span = passage(SENTENCES, marks_of(SENTENCES, "Salt", "fold", "Moss"), length=60)
    assert span is not None
    assert SENTENCES[slice(*span)] == "Salt maps fold by hand. Moss grows $x. y$ on maps. And so it"


def test_of_equals_the_first_passage_is_taken_and_without_marks_the_beginning() -> None:
    span = passage(SENTENCES, marks_of(SENTENCES, "ends"), length=40)
    assert span is not None
    assert span[0] == SENTENCES.index("And so")
    late = "Nothing much. " * 40 + "Salt maps fold. " + "Nothing much. " * 40
    span = passage(late, marks_of(late, "maps"), length=100)
    assert span is not None
    assert late[slice(*span)].startswith("Salt maps fold. Nothing")
    span = passage(SENTENCES, [], length=20)
    assert span is not None
    assert SENTENCES[slice(*span)] == "We begin far away. Then"


def plain_start(text: str, marks: list[tuple[int, int]], length: int) -> int:
    """Return where a passage begins, told one sentence after the other."""
    best, best_held, best_first = 0, -1, -1
    for start in (0, *(found.end() for found in re.finditer(r"(?<=[.!?])\s+(?=[A-Z0-9$(\"“])|\n\s*\n", text))):
        within = [mark for mark in marks if start <= mark[0] and mark[1] <= start + length]
        held, first = len({text[a:b].lower() for a, b in within}), within[0][0] if within else -1
        nearer = held == best_held > 0 and first == best_first and best > 0
        if held > best_held or nearer:
            best, best_held, best_first = start, held, first
    return best


@given(
    st.lists(st.sampled_from(["Salt", "salt", "moss", "It", "is", ".", "!\n", ". ", "\n\n", "? (A", "."]), min_size=60)
)
def test_a_passage_is_the_one_of_the_definition(parts: list[str]) -> None:
    text = " ".join(parts)
    marks = sorted(marks_of(text, "[Ss]alt", "moss"))
    span = passage(text, marks, length=50)
    assert span is not None
    assert span[0] == plain_start(text, marks, 50)


def test_a_short_text_has_no_passage() -> None:
    assert passage("Salt maps. Moss.", [(0, 4)]) is None


def test_no_passage_cuts_a_formula() -> None:
    text = "Long before. " * 30 + "Now $a + b. And c + d + e + f + g$ stands here, and more of it follows now. " * 3
    for length in range(20, 90):
        span = passage(text, marks_of(text, "And", "stands"), length=length)
        assert span is not None
        assert text[slice(*span)].count("$") % 2 == 0
