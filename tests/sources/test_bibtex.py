from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import Invalid
from broadsheet.papers.identifiers import Identifier
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.bibtex import records

LIBRARY = r"""% a library of tides
@string{jtt = "Journal of Tide Tables"}

@comment{ nothing to see }

@article{quill2026,
  author    = {Quill, Ada and {Institute of Moss and Salt} and van der Marsh, Jr, Bruno and G{\"o}del, K. and others},
  title     = {On {D}eep Tides: $x_{1}$ \& more},
  journal   = jtt,
  year      = 2026,
  month     = feb,
  doi       = {10.5555/TIDE.7},
  url       = {https://tide.example/7},
  abstract  = {Tides rise,
    and fall --- twice a day.},
}

@misc{untitled, author = {Nobody}, year = {2025}}

@inproceedings(oak2025,
  title = "Sorting quiet engines",
  author = "Deniz Oak",
  booktitle = {Proceedings of Quiet},
  year = {2025},
  eprint = {2501.00042v2},
  archivePrefix = {arXiv},
)

@article{broken, title = {A brace that never closes, year = 2024,

@book{lind2024, title = {Salt maps}, author = {Freya Lind}, date = {2024-03-09}, publisher = {Glass}}
"""


def read(text: str) -> dict[int, SourceRecord | Invalid]:
    return dict(records(text))


def test_good_entries_come_in_and_bad_ones_name_their_line() -> None:
    found = read(LIBRARY)
    assert {line: isinstance(entry, SourceRecord) for line, entry in found.items()} == {
        6: True,
        18: False,
        20: True,
        29: False,
        31: True,
    }
    assert "'untitled' has no title" in str(found[18])
    assert "missing brace" in str(found[29])


def test_an_entry_becomes_a_record() -> None:
    record = read(LIBRARY)[6]
    assert isinstance(record, SourceRecord)
    assert record.title == "On Deep Tides: $x_{1}$ & more"
    assert record.authors == ("Ada Quill", "Institute of Moss and Salt", "Bruno van der Marsh Jr", "K. Gödel")
    assert (record.published, record.date_precision) == (date(2026, 2, 1), "month")
    assert record.venue == "Journal of Tide Tables"
    assert record.identifiers == (Identifier("doi", "10.5555/tide.7"),)
    assert record.links == ("https://tide.example/7",)
    assert "twice a day" in record.abstract
    assert str(record.payload).startswith("@article{quill2026,")


def test_an_eprint_names_the_paper() -> None:
    record = read(LIBRARY)[20]
    assert isinstance(record, SourceRecord)
    assert record.identifiers == (Identifier("arxiv", "2501.00042"),)
    assert (record.venue, record.key) == ("Proceedings of Quiet", "arxiv:2501.00042")


def test_a_full_date_is_a_day() -> None:
    record = read(LIBRARY)[31]
    assert isinstance(record, SourceRecord)
    assert (record.published, record.date_precision, record.venue) == (date(2024, 3, 9), "day", "Glass")


def test_two_entries_under_one_citation_key_are_two_papers() -> None:
    text = "@misc{a, title = {Ebb}, year = 2020}\n@misc{a, title = {Flow}, year = 2020}\n"
    keys = [entry.key for entry in read(text).values() if isinstance(entry, SourceRecord)]
    assert len(set(keys)) == 2


def test_the_same_entry_again_has_the_same_key() -> None:
    text = "@misc{a, title = {Ebb}, year = 2020}\n@misc{b, title = {EBB},\n year = {2020}}\n"
    keys = [entry.key for entry in read(text).values() if isinstance(entry, SourceRecord)]
    assert len(keys) == 2
    assert len(set(keys)) == 1


@pytest.mark.parametrize("month", ["mar", '"March"', "{3}", '"03"', "3"])
def test_months_are_written_in_many_ways(month: str) -> None:
    (record,) = read(f"@misc{{a, title = {{Ebb}}, year = 2020, month = {month}}}").values()
    assert isinstance(record, SourceRecord)
    assert (record.published, record.date_precision) == (date(2020, 3, 1), "month")


def test_a_year_that_is_none_is_rejected() -> None:
    (entry,) = read("@misc{a, title = {Ebb}, year = {last}}").values()
    assert isinstance(entry, Invalid)
    assert entry.field == "year"


@given(st.text(alphabet='@miscarticle{}(),="\\ \n\t019%$', max_size=200))
def test_no_text_breaks_the_reading(text: str) -> None:
    for line, entry in records("@misc{a, title = {Ebb}}\n" + text):
        assert line >= 1
        assert isinstance(entry, SourceRecord | Invalid)
