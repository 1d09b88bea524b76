from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.web.typesetter import Typesetter


@pytest.fixture(scope="module")
def setter() -> Typesetter:
    return Typesetter()


class Outline(HTMLParser):
    """Collects tags and text, and fails where elements do not nest."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.said = ""
        self.marked = ""
        self.feed(str(markup))
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data
        if "mark" in self.open:
            self.marked += data


def test_what_follows_the_first_colon_is_the_deck(setter: Typesetter) -> None:
    assert setter.title("Quill: Writing: slowly") == 'Quill: <span class="deck">Writing: slowly</span>'
    assert setter.title("No deck here") == "No deck here"
    assert setter.title("At 10:30, again") == "At 10:30, again"
    assert setter.title("Ends with a colon:") == "Ends with a colon:"


def test_a_deck_below_hides_its_colon(setter: Typesetter) -> None:
    assert setter.title("A: B", deck_below=True) == 'A<span class="vh">:</span> <span class="deck">B</span>'


def test_mathematics_before_the_colon_keeps_the_deck(setter: Typesetter) -> None:
    made = setter.title("BT$^2$: Basis")
    assert made.startswith("BT<math")
    assert made.endswith('</math>: <span class="deck">Basis</span>')


def test_a_colon_inside_an_element_or_a_formula_makes_no_deck(setter: Typesetter) -> None:
    assert "deck" not in setter.title(r"\emph{Moss: green}")
    assert "deck" not in setter.title("$f: X$ maps")


def test_markup_is_escaped(setter: Typesetter) -> None:
    made = setter.title('<script>alert("x")</script>: <b>&amp;')
    assert Outline(made).tags == ["span"]
    assert Outline(made).said == '<script>alert("x")</script>: <b>&amp;'


def test_what_cannot_be_set_is_shown_as_typed(setter: Typesetter) -> None:
    assert setter.line(r"see $\undefinedthing < 3$") == r"see <code>\undefinedthing &lt; 3</code>"


def test_highlights_are_given_in_characters_of_the_source(setter: Typesetter) -> None:
    assert setter.line("salt maps of salt", [(0, 4), (13, 17)]) == "<mark>salt</mark> maps of <mark>salt</mark>"


def test_highlights_join_split_and_cover_formulas(setter: Typesetter) -> None:
    assert setter.line("ab cd", [(0, 2), (2, 5)]) == "<mark>ab cd</mark>"
    assert setter.line("fine-tuned models", [(0, 4), (5, 10), (11, 17)]) == "<mark>fine-tuned models</mark>"
    made = setter.line(r"in $n$ \emph{steps}", [(3, 18)])
    assert "<mark><math" in made
    assert "<em><mark>steps</mark></em>" in made


def test_a_highlight_goes_on_in_the_deck(setter: Typesetter) -> None:
    made = setter.title("Salt: maps", [(0, 10)])
    assert made == '<mark>Salt</mark>: <span class="deck"><mark>maps</mark></span>'


def test_highlights_survive_escaped_characters(setter: Typesetter) -> None:
    assert setter.line("a < b & salt", [(8, 12)]) == "a &lt; b &amp; <mark>salt</mark>"


def test_a_cut_falls_on_a_word_and_closes_what_is_open(setter: Typesetter) -> None:
    assert setter.line("one two three", (), 9) == "one two…"
    assert setter.line("one two", (), 20) == "one two"
    made = setter.line(r"\emph{one two three} four", (), 9)
    assert Outline(made).tags == ["em"]
    assert made.endswith("…")


def test_a_cut_keeps_highlights_where_they_are(setter: Typesetter) -> None:
    assert setter.line("salt maps and more salt", [(19, 23)], 12) == "salt maps…"
    assert setter.line("salt maps and more salt", [(0, 4)], 12) == "<mark>salt</mark> maps…"


def test_a_part_keeps_its_highlights(setter: Typesetter) -> None:
    text = "Salt maps & moss. Birds sing. Tides turn."
    assert setter.part(text, (0, 9), [(0, 4), (12, 16)]) == "<mark>Salt</mark> maps"
    assert setter.part(text, (18, 29), [(0, 4), (16, 23), (24, 28)]) == "<mark>Birds sing</mark>."
    assert setter.part(text, (0, len(text)), []) == "Salt maps &amp; moss. Birds sing. Tides turn."


def test_paragraphs_are_the_authors_own(setter: Typesetter) -> None:
    assert setter.paragraphs("One\nline.\n\nTwo.\n  Three.") == ["One\nline.", "Two.", "  Three."]


def test_plain_text_says_formulas_in_symbols(setter: Typesetter) -> None:
    assert setter.plain(r"On \emph{Moss}:  $\mathcal{O}(n^2)$ <i>") == "On Moss: 𝒪(n2) <i>"


texts = st.text(alphabet=st.one_of(st.sampled_from(list("$\\{}<>&: \"'ab2")), st.characters()), max_size=80)
marks = st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=5)


@given(texts, marks, st.one_of(st.none(), st.integers(1, 60)))
@settings(max_examples=150)
def test_any_text_with_any_marks_is_well_formed(text: str, spans: list[tuple[int, int]], limit: int | None) -> None:
    setter = Typesetter()
    allowed = {"mark", "em", "b", "code", "sup", "sub", "span"}
    for made in (setter.title(text, spans), setter.title(text, deck_below=True), setter.line(text, spans, limit)):
        tags = Outline(made).tags
        assert {tag for tag in tags if not tag.startswith("m") and tag not in allowed} == set()


@given(st.text(alphabet="ab <&", max_size=60), marks)
@settings(max_examples=80)
def test_exactly_the_marked_words_are_marked(text: str, spans: list[tuple[int, int]]) -> None:
    wanted = "".join(c for n, c in enumerate(text) if any(start <= n < end for start, end in spans))
    outline = Outline(Typesetter().line(text, spans))
    assert outline.said == text
    assert outline.marked.replace(" ", "") == wanted.replace(" ", "")


def test_a_formula_that_may_be_too_wide_can_be_reached_with_keys_but_not_within_a_title() -> None:
    long = "a + b + c + d + e + f + g + h + i + j"
    assert '<math tabindex="0"' in Typesetter().line(f"It is ${long}$.")
    assert "tabindex" not in Typesetter().line("It is $a + b$.")
    assert "tabindex" not in Typesetter().title(f"On ${long}$")
    assert "tabindex" not in Typesetter().plain(f"On ${long}$")
