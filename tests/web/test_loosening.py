import pytest

from broadsheet.search.query import parse
from broadsheet.web.loosening import fewer, loosened, typed, written


@pytest.mark.parametrize(
    "text",
    [
        "salt maps",
        '"salt maps" moss',
        'moss author:"Ada Quill" cat:cs.IR has:code',
        "moss date:2024-01-01..2024-12-31 -bird",
        'moss -"clockwork birds" date:2024-01-01..',
        'moss "tide" title:"salt maps" title:fold -cat:cs.CV -author:"Ada Quill" -date:2024-01-01.. -title:loom',
    ],
)
def test_a_question_written_back_asks_the_same(text: str) -> None:
    assert parse(written(parse(text))) == parse(text)


def test_every_condition_can_go() -> None:
    found = dict(loosened(parse('moss "salt maps" author:"Ada Quill" has:demo date:2024 -bird')))
    assert set(found) == {
        "without has:demo",
        'without author:"Ada Quill"',
        "without date:2024-01-01..2024-12-31",
        "with “bird” allowed",
        "without the quotation marks",
    }
    assert "has:demo" not in found["without has:demo"]
    assert 'author:"Ada Quill"' in found["without has:demo"]
    assert parse(found["without the quotation marks"]).words == ("moss", "salt", "maps")


def test_every_condition_typed_can_be_taken_off() -> None:
    text = 'moss "salt maps" "tide table" author:"Ada Quill" cat:cs.IR date:2024 -bird -"glass loom"'
    found = dict(typed(parse(text)))
    assert list(found) == [
        "cat:cs.IR",
        'author:"Ada Quill"',
        "date:2024-01-01..2024-12-31",
        '"salt maps"',
        '"tide table"',
        "-bird",
        "-glass loom",
    ]
    assert parse(found['"salt maps"']).words == ("moss", "salt", "maps")
    assert parse(found['"salt maps"']).phrases == ("tide table",)
    assert parse(found["-bird"]).excluded == ("glass loom",)
    assert parse(found["cat:cs.IR"]).filters.categories == ()


def test_what_a_paper_must_not_be_can_be_allowed() -> None:
    query = parse('moss title:salt -cat:cs.CV -author:"Ada Quill"')
    assert list(dict(typed(query))) == ["title:salt", "-cat:cs.CV", '-author:"Ada Quill"']
    allowed = dict(loosened(query))
    assert list(allowed) == ["without title:salt", "with cat:cs.CV allowed", 'with author:"Ada Quill" allowed']
    assert parse(allowed["with cat:cs.CV allowed"]) == parse('moss title:salt -author:"Ada Quill"')


def test_bare_words_hold_no_condition() -> None:
    assert list(loosened(parse("moss colonies"))) == []


def test_where_no_single_condition_is_to_blame_fewer_are_kept() -> None:
    found = dict(fewer(parse('moss "salt maps" author:"Ada Quill" has:demo -bird')))
    assert found == {
        "without any condition": "moss salt maps",
        'only "salt maps"': '"salt maps"',
        "only has:demo": "has:demo",
        'only author:"Ada Quill"': 'author:"Ada Quill"',
    }
    assert list(fewer(parse("moss"))) == []
