from datetime import UTC, date, datetime

import pytest

from broadsheet.papers.paper import Artefact
from tests.invented import record
from tests.web.conftest import Away, Build, Instance, upvotes


def _filled(instance: Instance) -> None:
    clock = instance.clock
    code = (Artefact("code", "https://github.com/quill/tides", licence="MIT", stars=40),)
    instance.add(
        record(1, title="Tides: a slow look", signals=upvotes(90, clock), artefacts=code),
        record(2, title=r"Moss in $O(n^2)$ steps", signals=upvotes(40, clock)),
        *(record(n) for n in range(3, 40)),
    )


def test_a_fresh_instance_says_that_nothing_came_in(instance: Instance) -> None:
    page = instance.get("/").text
    assert "Nothing to lead with yet" in page
    assert "Nothing trends yet" in page
    assert "Search no papers by meaning" in page


def test_the_front_page_ranks_with_reasons_and_sums(instance: Instance) -> None:
    _filled(instance)
    page = instance.get("/").text
    assert 'Tides<span class="vh">:</span> <span class="deck">a slow look</span>' in page
    assert "90 upvotes on Hugging Face" in page
    assert "Why #1?" in page
    assert "Why it leads" in page
    assert "<msup><mi>n</mi><mn>2</mn></msup>" in page
    assert 'href="https://github.com/quill/tides"' in page
    assert "<span>MIT</span>" in page
    assert "39 new papers" in page


def test_the_parts_of_a_sum_add_up_as_printed(instance: Instance) -> None:
    from lxml import html

    _filled(instance)
    tables = html.fromstring(instance.get("/").text).findall(".//table[@class='sum']")
    assert len(tables) > 3
    for table in tables:
        *parts, total = [float(row[-1].text.replace("−", "-")) for row in table.iter("tr")]
        assert sum(parts) == pytest.approx(total, abs=1e-9)


def test_no_paper_of_the_edition_is_left_out_and_each_new_one_stands_once(instance: Instance) -> None:
    _filled(instance)
    edition = instance.site.editions.today()
    page = instance.get("/").text
    shown = page.partition('<main id="main"')[2]
    for place in edition.new:
        assert shown.count(f'<a href="/paper/{place.paper.key}">') == 1


def test_an_open_edition_says_when_it_comes_out(instance: Instance) -> None:
    instance.clock.move_to(datetime(2026, 1, 15, 5, tzinfo=UTC))
    assert "Open: publishes at 07:00" in instance.get("/").text
    instance.clock.move_to(datetime(2026, 1, 15, 8, tzinfo=UTC))
    assert "Open: publishes when the sources are harvested" in instance.get("/").text


def test_published_editions_keep_their_address(instance: Instance) -> None:
    _filled(instance)
    assert instance.site.editions.publish_due(ready=True)
    instance.clock.move_to(datetime(2026, 1, 16, 9, tzinfo=UTC))
    yesterday = instance.get("/edition/2026-01-15").text
    assert "No. 1, published 15 Jan 2026 12:00" in yesterday
    assert 'href="/edition/2026-01-16" rel="next"' in yesterday
    assert 'href="/edition/2026-01-15" rel="prev"' in instance.get("/").text
    archive = instance.get("/edition").text
    assert "Thu 15 Jan 2026" in archive
    assert "No. 1" in archive
    assert instance.get("/edition/latest", 302).headers["location"] == "/"


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/edition/2026-01-14", "none has been published yet"),
        ("/edition/2031-01-01", "not out yet"),
        ("/edition/yesterday", "is no date"),
        ("/edition/2026-02-30", "is no date"),
        ("/edition/0000-00-00", "is no date"),
        ("/edition/" + "9" * 3000, "is no date"),
        ("/edition/%00", "is no date"),
    ],
)
def test_a_day_without_an_edition_is_a_clear_page(instance: Instance, path: str, says: str) -> None:
    assert says in instance.get(path, 404).text


def test_a_date_has_one_address(instance: Instance) -> None:
    assert instance.get("/edition/20260115", 301).headers["location"] == "/edition/2026-01-15"


def test_a_late_source_is_told_in_the_foot(build: Build) -> None:
    instance = build({"hf": Away()})
    instance.site.harvester.harvest_due()
    page = instance.get("/").text
    assert '<li class="late">Hugging Face could not be reached: no route to host; next try' in page


def test_a_page_that_did_not_change_costs_nothing(instance: Instance) -> None:
    instance.get("/")  # the first visit sets the cookie that forms are tied to
    first = instance.get("/")
    assert first.headers["cache-control"] == "private, no-cache"
    again = instance.get("/", 304, **{"If-None-Match": first.headers["etag"]})
    assert again.content == b""
    instance.add(record(1))
    assert instance.get("/", **{"If-None-Match": first.headers["etag"]}).headers["etag"] != first.headers["etag"]


def test_hostile_text_stays_text(instance: Instance) -> None:
    nasty = '</title><script>alert(1)</script><img src=x onerror="alert(2)">'
    instance.add(record(1, title=nasty, abstract=nasty * 3, authors=(nasty,), signals=upvotes(50, instance.clock)))
    page = instance.get("/").text
    assert "<script>alert" not in page
    assert "<img" not in page


def test_the_front_page_is_quick(instance: Instance) -> None:
    import time

    _filled(instance)
    instance.get("/")
    times = []
    for _ in range(10):
        began = time.process_time()
        instance.get("/")
        times.append(time.process_time() - began)
    assert min(times) < 0.05


def test_on_a_thin_day_the_shelf_fills_the_middle(instance: Instance) -> None:
    told = {"source": "shelf", "summary": True, "abstract": "A sentence of our own.", "published": date(2019, 4, 1)}
    instance.add(*(record(n, **told) for n in range(1, 20)))
    page = instance.get("/").text
    assert "No source has been harvested yet; the starter shelf is shown below." in page
    assert '<section class="a-picks" id="shelf"' in page
    assert page.count("A sentence of our own.") == 8
    instance.add(record(50), record(51))
    page = instance.get("/").text
    assert "From the shelf" in page
    assert "2 new papers" in page


def test_a_week_and_a_month_have_pages_before_they_are_over(instance: Instance) -> None:
    _filled(instance)
    assert instance.site.editions.publish_due(ready=True)
    week = instance.get("/edition/2026-W03").text
    assert "Open: publishes on 19 Jan 2026 at 07:00" in week
    assert "12 Jan 2026" in week
    assert "New this week" in week
    assert 'href="/edition/2026-W03" aria-current="page">Week 3</a>' in week
    assert 'href="/edition/2026-01-15">Day</a>' in week
    month = instance.get("/edition/2026-01").text
    assert "New this month" in month
    assert "39 new papers" in month
    assert "not out yet; this month&#39;s is of January 2026" in instance.get("/edition/2026-02", 404).text


@pytest.mark.parametrize("given", ["2026W03", "2026-w03"])
def test_a_week_has_one_address(instance: Instance, given: str) -> None:
    assert instance.get(f"/edition/{given}", 301).headers["location"] == "/edition/2026-W03"


def test_what_the_desk_chose_stands_above_with_its_words(instance: Instance) -> None:
    from broadsheet.editions.draft import Draft, Pick
    from broadsheet.editions.spans import Span

    _filled(instance)
    papers = [instance.site.catalogue.get(f"arxiv:2601.0000{n}").id for n in (7, 2)]
    picks = (Pick(papers[0], "Looms & <i>tides</i>", "Why <b>$x^2$</b> matters."), Pick(papers[1]))
    instance.site.desk.publish(Draft(Span("day", date(2026, 1, 15)), 0, picks), by=None)
    page = instance.get("/").text
    assert "<b>Lead</b> &nbsp;Looms &amp; &lt;i&gt;tides&lt;/i&gt;" in page
    assert "Why &lt;b&gt;" in page
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in page
    assert page.count("Chosen by an editor.") == 2
    assert "chosen by the desk" in page
    before = instance.get("/").headers["etag"]
    instance.site.desk.correct(Span("day", date(2026, 1, 15)), "Half, <not> a third.", paper_id=papers[0], by=None)
    assert "Corrected today 12:00: Half, &lt;not&gt; a third." in instance.get("/", **{"If-None-Match": before}).text
    instance.site.desk.correct(Span("day", date(2026, 1, 15)), "It was Thursday.", by=None)
    assert instance.get("/").text.count("Corrected today") == 2
