"""What a paper's page tells of its records: why they are one, and what changed, for eyes and for screen readers."""

from datetime import date, timedelta

from broadsheet.papers.paper import Version
from tests.invented import record
from tests.web.conftest import Instance

PATH = "/paper/arxiv:2601.00001"
OLD = "We count moss with one instrument. Patience decides."
NEW = "We count moss with two instruments. Patience decides. Code is given."


def _later(instance: Instance, **passed: int) -> None:
    instance.clock.move_to(instance.clock.now() + timedelta(**passed))


def test_each_source_says_why_it_is_here(instance: Instance) -> None:
    journal = record(1, source="journal", key="j1", identifiers=(), published=date(2026, 3, 1))
    instance.add(record(1, source="hf", title="MossCount"), record(1), journal)
    page = instance.get(PATH).text
    assert "<b>arXiv</b>: same arXiv id 2601.00001" in page
    assert "<b>journal</b>: same title, 2 of 2 authors, 2 months apart" in page
    assert "<b>Hugging Face</b>: came first" in page
    assert "Hugging Face knows it as <q>MossCount</q>" in page


def test_a_paper_of_one_record_has_no_story_to_tell(instance: Instance) -> None:
    instance.add(record(1))
    page = instance.get(PATH).text
    assert "What changed" not in page
    assert "came first" not in page
    assert "knows it as" not in page


def test_a_change_is_told_word_by_word_and_not_by_colour_alone(instance: Instance) -> None:
    first = Version(record(1).identifiers[0], 1, date(2026, 1, 2))
    second = Version(record(1).identifiers[0], 2, date(2026, 1, 20))
    instance.add(record(1, title="Counting moss <b>", abstract=OLD, versions=(first,)))
    _later(instance, days=6)
    people = ("Ada Quill", "Zoe New")
    instance.add(record(1, title="Weighing moss <b>", abstract=NEW, versions=(first, second), authors=people))
    page = instance.get(PATH).text
    assert '<h2 id="h-changes">What changed</h2>' in page
    assert "version 2 of 20 Jan 2026</b>" in page or "version 2 of 20 Jan 2026: title, abstract and authors" in page
    assert '<del><span class="vh">removed: </span>Counting<' in page
    assert '<ins><span class="vh">added: </span>Weighing<' in page
    assert "moss &lt;b&gt;" in page
    assert "<summary>Abstract, word by word</summary>" in page
    assert '<span class="vh">added: </span>two instruments.' in page
    assert "<b>Joined</b> <ins>Ada Quill and Zoe New</ins>" in page or "<ins>Zoe New</ins>" in page


def test_it_says_what_changed_since_an_edition_had_it(instance: Instance) -> None:
    instance.add(record(1, abstract=OLD))
    instance.site.trending.refresh()
    assert instance.site.editions.publish_due(ready=True) is not None
    assert "had it" not in instance.get(PATH).text
    _later(instance, days=2)
    instance.add(record(1, abstract=NEW))
    _later(instance, days=1)
    instance.add(record(1, abstract=NEW, withdrawn=True))
    page = instance.get(PATH).text
    assert (
        'Changed since No. 1 of <a href="/edition/2026-01-15">15 Jan 2026</a> had it: abstract and withdrawn.' in page
    )
    assert "This paper is withdrawn" in page


def test_of_many_changes_the_newest_are_shown_and_the_others_counted(instance: Instance) -> None:
    for n in range(9):
        _later(instance, hours=1)
        instance.add(record(1, title=f"Moss by its {n}th name"))
    page = instance.get(PATH).text
    assert page.count(">Title</b>") == 5
    assert "3 older changes" in page
    assert "/api/v1/papers/arxiv%3A2601.00001/history" in page
