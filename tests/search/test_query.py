from contextlib import suppress
from dataclasses import replace
from datetime import date
from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.papers.identifiers import Identifier
from broadsheet.search.query import LONGEST, Filters, Query, parse, words_only


def test_every_part_of_the_language_is_read() -> None:
    query = parse(
        'quiet engines "salt maps" author:"Ada Quill" cat:cs.IR cat:math date:2024-03..2024-06 '
        "source:arxiv has:code -moss -“paper bridges”"
    )
    assert query.words == ("quiet", "engines")
    assert query.phrases == ("salt maps",)
    assert query.excluded == ("moss", "paper bridges")
    assert query.filters == Filters(
        categories=("cs.IR", "math"),
        sources=("arxiv",),
        artefacts=("code",),
        authors=("Ada Quill",),
        since=date(2024, 3, 1),
        until=date(2024, 6, 30),
    )
    assert query.plain == "quiet engines salt maps"
    assert not query.notes


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("date:2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("date:2024..", date(2024, 1, 1), None),
        ("date:..2020", None, date(2020, 12, 31)),
        ("date:2024-02..2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("date:2024-2-5..2024-02-07", date(2024, 2, 5), date(2024, 2, 7)),
    ],
)
def test_dates_cover_whole_years_months_and_days(text: str, since: date | None, until: date | None) -> None:
    filters = parse(text).filters
    assert (filters.since, filters.until) == (since, until)


def test_dates_the_wrong_way_round_are_exchanged_and_said() -> None:
    for text in ("moss date:2025..2024-03", "moss date:2025.. date:..2024-03"):
        query = parse(text)
        assert (query.filters.since, query.filters.until) == (date(2024, 3, 1), date(2025, 12, 31))
        assert "exchanged" in query.notes[0]


@pytest.mark.parametrize("bad", ["date:yesterday", "date:2024-13", "date:..", "has:bananas"])
def test_what_cannot_be_understood_is_searched_as_words_with_a_note(bad: str) -> None:
    query = parse(f"moss {bad}")
    assert query.words[0] == "moss"
    assert not query.filters
    assert "searched as words" in query.notes[0]


def test_a_title_with_a_colon_and_hyphens_is_only_words() -> None:
    query = parse("Moss: pre-training of tide-tables - a survey")
    assert query.words == ("Moss:", "pre-training", "of", "tide-tables", "a", "survey")
    assert not query.excluded


def test_an_open_quote_is_part_of_a_word() -> None:
    assert parse('salt "maps of').words == ("salt", '"maps', "of")


def test_a_quoted_word_must_be_held() -> None:
    query = parse('salt "moss"')
    assert (query.words, query.phrases, query.plain) == (("salt",), ("moss",), "salt moss")


def test_a_field_with_a_minus_is_what_a_paper_must_not_be() -> None:
    query = parse('moss -cat:cs.CV -author:"Ada Quill" -date:2024 -abs:"salt maps"')
    assert query.without == (
        Filters(categories=("cs.CV",)),
        Filters(authors=("Ada Quill",)),
        Filters(since=date(2024, 1, 1), until=date(2024, 12, 31)),
    )
    assert query.excluded == ("salt maps",)
    assert not query.filters
    assert not query.notes
    odd = parse("moss -has:bananas")
    assert (odd.words, odd.without) == (("moss",), ())
    assert "left out" in odd.notes[0]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("moss au:quill", "moss author:quill"),
        ("moss year:2024", "moss date:2024"),
        ("moss date:2024-2025", "moss date:2024..2025"),
        ("moss since:2024-03", "moss date:2024-03.."),
        ("moss until:2020", "moss date:..2020"),
        ("moss since:2019 until:2020", "moss date:2019..2020"),
        ("moss Category:cs.IR", "moss cat:cs.IR"),
        ('ti:"salt maps" intitle:moss', 'title:"salt maps" title:moss'),
        ('moss abs:"salt maps"', 'moss "salt maps"'),
        ("moss abs:salt", 'moss "salt"'),
    ],
)
def test_other_services_names_of_fields_mean_the_same(text: str, same: str) -> None:
    assert parse(text) == parse(same)
    assert not parse(text).notes


def test_words_of_a_title_are_words_too() -> None:
    query = parse('moss title:"salt maps"')
    assert query.plain == "moss salt maps"
    assert query.filters == Filters(titles=("salt maps",))


@pytest.mark.parametrize("text", ["venue:ACL moss", "moss -lang:en"])
def test_a_field_that_is_none_here_is_told(text: str) -> None:
    assert "is no field here" in parse(text).notes[0]


@pytest.mark.parametrize(
    "text", ["http://example.org/moss:tide x", "Moss:tide", "moss 12:30", "arxiv:2401.00001 moss", "::"]
)
def test_a_colon_makes_no_field(text: str) -> None:
    assert not parse(f"moss {text}").notes


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("moss NOT tide", "moss -tide"),
        ('moss AND NOT "salt maps"', '"moss" -"salt maps"'),
        ("moss ANDNOT tide", "moss -tide"),
        ("moss NOT cat:cs.CV", "moss -cat:cs.CV"),
        ("moss NOT (tide)", "moss -tide"),
        ("moss OR tide", "moss tide"),
        ("moss AND tide folds", '"moss" "tide" folds'),
        ("moss AND cat:cs.CV", '"moss" cat:cs.CV'),
        ("moss or tide and salt not sand", "moss or tide and salt not sand"),
        ("moss AND", '"moss"'),
    ],
)
def test_operators_in_capitals_mean_what_they_do_elsewhere(text: str, same: str) -> None:
    assert replace(parse(text), notes=()) == parse(same)


def test_a_text_of_capitals_has_no_operators() -> None:
    assert parse("MOSS AND TIDE").words == ("MOSS", "AND", "TIDE")


@pytest.mark.parametrize("text", ["(moss OR tide) AND salt", "moss OR tide AND salt"])
def test_what_operators_cannot_say_is_told(text: str) -> None:
    query = parse(text)
    assert query.words == ("moss", "tide", "salt")
    assert "not understood" in query.notes[0]


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("2401.00001v2", "arxiv"),
        ("arXiv: 2401.00001", "arxiv"),
        ("https://arxiv.org/abs/2401.00001", "arxiv"),
        ("doi: 10.1234/moss.5", "doi"),
    ],
)
def test_a_pasted_identifier_is_one(text: str, scheme: str) -> None:
    identifier = parse(f"  {text} ").identifier
    assert isinstance(identifier, Identifier)
    assert identifier.scheme == scheme


def test_identifiers_among_words_are_named() -> None:
    query = parse(
        "(Quill et al., arXiv:2401.00001v2), https://aclanthology.org/P18-1001. See 3.5 of doi:10.1234/moss.5"
    )
    assert [str(one) for one in query.named] == ["arxiv:2401.00001", "acl:P18-1001", "doi:10.1234/moss.5"]
    assert not query.only_named
    assert query.words[0] == "(Quill"


@pytest.mark.parametrize("text", ["2401.00001, 2401.00002", "2401.00001\narXiv:2401.00002;\n2401.00001"])
def test_a_list_of_identifiers_is_nothing_else(text: str) -> None:
    query = parse(text)
    assert query.only_named
    assert [one.value for one in query.named] == ["2401.00001", "2401.00002"]


@pytest.mark.parametrize("text", ["2401.00001 2401.00002 cat:cs", "moss 2401.00001", "moss", "cat:cs", "moss 2024 3.5"])
def test_anything_beside_identifiers_makes_it_a_question(text: str) -> None:
    assert not parse(text).only_named


@pytest.mark.parametrize("text", ["arxiv 2401.00001", "arXiv:  2401.00001", "doi 10.1234/moss.5"])
def test_a_scheme_may_stand_apart(text: str) -> None:
    assert parse(text).identifier


@pytest.mark.parametrize("text", ["", "   ", "\x00", "--- ...", '""', "- -"])
def test_nothing_to_search_is_invalid(text: str) -> None:
    with pytest.raises(Invalid, match="no word to search") as raised:
        parse(text)
    assert raised.value.field == "q"


def test_filters_alone_and_exclusions_alone_are_questions() -> None:
    assert parse("cat:cs.IR").filters.categories == ("cs.IR",)
    assert parse("-moss").excluded == ("moss",)


def test_a_long_query_is_cut_with_a_note() -> None:
    query = parse("moss " * 10_000)
    assert sum(len(word) + 1 for word in query.words) <= LONGEST
    assert "only its beginning" in query.notes[0]


def test_what_is_said_twice_counts_once() -> None:
    query = parse('"salt maps" "salt maps" -moss -moss cat:cs cat:cs -cat:math -cat:math')
    assert (query.phrases, query.excluded) == (("salt maps",), ("moss",))
    assert (query.filters.categories, len(query.without)) == (("cs",), 1)


def test_too_many_conditions_are_cut_with_a_note() -> None:
    query = parse(" ".join(f"-w{n}" for n in range(500)))
    assert len(query.excluded) == 64
    assert "conditions" in query.notes[0]


def test_words_only_knows_no_operators() -> None:
    assert words_only("cat:cs.IR -moss").words == ("cat:cs.IR", "-moss")


def test_conditions_are_the_written_and_the_given_filters() -> None:
    query = Query(filters=Filters(categories=("cs.IR",)), given=Filters(sources=("hf",)))
    assert query.conditions == (query.filters, query.given)
    assert Query().conditions == ()


@given(st.text(max_size=300))
@example('author:"')
@example("date:0000..9999 has:code\ud800")
@settings(max_examples=200)
def test_no_text_breaks_the_parser(text: str) -> None:
    try:
        query = parse(text)
    except Invalid:
        return
    assert query.plain or query.excluded or query.filters
    query.plain.encode()


@pytest.mark.parametrize("piece", ['"', 'author:"', "-", "cat:", 'a"b ', "((((", "\ud800", "“”"])
def test_hostile_repetition_is_read_in_linear_time(piece: str) -> None:
    began = process_time()
    with suppress(Invalid):
        parse(piece * 200_000)
    assert process_time() - began < 2
