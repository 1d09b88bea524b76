from broadsheet.search.highlights import Highlighter
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


def test_a_text_whose_lower_case_is_longer_is_left_unmarked() -> None:
    assert marked("moss", "İ moss") == []


def test_the_readers_own_words_are_said() -> None:
    highlighter = Highlighter(["Bridges,", "moss", "the"], Stems())
    _, found = highlighter.spans("a bridge of paper")
    assert highlighter.said(found) == ("Bridges,",)
