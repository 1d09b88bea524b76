from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from broadsheet.community.comment_store import set_hidden
from broadsheet.community.comments import BY_READER, EDITABLE, KIND, LONGEST
from broadsheet.database.schema import allowance, comment, comment_text, paper
from broadsheet.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded, TooMany
from tests.community.conftest import Town, at_once


def said(town: Town, paper_id: int, asks: int | None = None) -> list[tuple[int, str]]:
    """Return (depth, text) of the talk on a paper."""
    return [(one.depth, one.said.text) for one in town.comments.on(paper_id, (asks and town.reader(asks)) or None)]


def hide(town: Town, comment_id: int) -> None:
    with town.database.write() as connection:
        set_hidden(connection, comment_id, town.clock.now())


def test_a_comment_is_written_answered_and_counted(town: Town) -> None:
    one, other, _ = town.papers
    first = town.comments.write(town.reader(town.ada), one, "  The tides\r\nagree. ")
    assert (first.text, first.state, first.edited_at) == ("The tides\nagree.", "shown", None)
    assert first.writer is not None
    assert (first.writer.id, first.writer.shown, first.writer.role) == (town.ada, f"Reader {town.ada}", "reader")
    town.clock.sleep(60)
    town.comments.write(town.reader(town.bee), one, "With what?", first.id)
    assert said(town, one) == [(0, "The tides\nagree."), (1, "With what?")]
    assert town.comments.counts([one, other]) == {one: 2}
    assert town.series(one, KIND) == [1, 2]
    assert town.comments.get(first.id).text == "The tides\nagree."


@pytest.mark.parametrize("text", ["", " \n\t ", "\0"])
def test_a_comment_needs_a_text(town: Town, text: str) -> None:
    with pytest.raises(Invalid, match="needs a text") as raised:
        town.comments.write(town.reader(town.ada), town.papers[0], text)
    assert raised.value.field == "text"


def test_a_comment_of_a_megabyte_is_refused_with_its_length(town: Town) -> None:
    with pytest.raises(Invalid, match="may have 10,000 characters; this has 1,000,000"):
        town.comments.write(town.reader(town.ada), town.papers[0], "a" * 1_000_000)
    assert town.comments.write(town.reader(town.ada), town.papers[0], "ä" * LONGEST).text == "ä" * LONGEST


def test_a_heap_of_links_is_no_comment(town: Town) -> None:
    with pytest.raises(Invalid, match="40 links; this has 41"):
        town.comments.write(town.reader(town.ada), town.papers[0], "https://salt.example " * 41)


def test_a_second_press_writes_nothing_twice(town: Town) -> None:
    one, ada = town.papers[0], town.reader(town.ada)
    raised = at_once(*[lambda: town.comments.write(ada, one, "Once.")] * 4)
    assert raised == []
    assert said(town, one) == [(0, "Once.")]
    first = town.comments.write(ada, one, "Once.")
    assert town.comments.write(ada, one, "Once.", first.id).id != first.id  # below it, it is another
    town.clock.sleep(EDITABLE.total_seconds() + 1)
    town.comments.write(ada, one, "Once.")
    assert len(said(town, one)) == 3


def test_comments_at_once_all_count(town: Town) -> None:
    one, ada, bee = town.papers[0], town.reader(town.ada), town.reader(town.bee)
    at_once(*(lambda n=n, who=who: town.comments.write(who, one, f"No. {n}") for n in range(3) for who in (ada, bee)))
    assert town.comments.counts([one]) == {one: 6}
    assert town.series(one, KIND)[-1] == 6


def test_a_comment_can_be_edited_for_half_an_hour(town: Town) -> None:
    ada = town.reader(town.ada)
    first = town.comments.write(ada, town.papers[0], "Tydes")
    assert town.comments.edit(ada, first.id, "Tydes").edited_at is None
    town.clock.sleep(60)
    assert town.comments.edit(ada, first.id, "Tides").text == "Tides"
    assert town.comments.get(first.id).edited_at == town.clock.now()
    with pytest.raises(Invalid):
        town.comments.edit(ada, first.id, "")
    with pytest.raises(Forbidden, match="Only who wrote"):
        town.comments.edit(town.reader(town.bee), first.id, "Tides!")
    town.clock.sleep(EDITABLE.total_seconds())
    assert not town.comments.get(first.id).is_editable(town.clock.now())
    with pytest.raises(Conflict, match="30 minutes"):
        town.comments.edit(ada, first.id, "Ebb")
    assert town.comments.get(first.id).text == "Tides"


def test_what_is_taken_back_leaves_the_thread(town: Town) -> None:
    one, ada = town.papers[0], town.reader(town.ada)
    first = town.comments.write(ada, one, "First.")
    reply = town.comments.write(town.reader(town.bee), one, "Reply.", first.id)
    town.clock.sleep(60)
    with pytest.raises(Forbidden):
        town.comments.remove(town.reader(town.bee), first.id)
    gone = town.comments.remove(ada, first.id)
    assert (gone.state, gone.writer, gone.text) == ("removed", None, "")
    assert said(town, one) == [(0, ""), (1, "Reply.")]
    assert town.series(one, KIND) == [2, 1]
    with town.database.read() as connection:
        assert connection.execute(select(comment_text.c.text)).scalars().all() == ["Reply."]
    with pytest.raises(NotFound, match="removed already"):
        town.comments.remove(ada, first.id)
    town.comments.remove(town.reader(town.bee), reply.id)
    assert said(town, one) == []


def test_a_reader_who_leaves_takes_the_words_and_leaves_the_thread(town: Town) -> None:
    one = town.papers[0]
    first = town.comments.write(town.reader(town.ada), one, "First.")
    town.comments.write(town.reader(town.bee), one, "Reply.", first.id)
    ada = town.reader(town.ada)
    town.readers.delete(town.ada)
    assert said(town, one) == [(0, ""), (1, "Reply.")]
    assert town.comments.counts([one]) == {one: 1}
    with pytest.raises(SignInNeeded):
        town.comments.write(ada, one, "Still here?")
    with pytest.raises(NotFound):
        town.comments.edit(ada, first.id, "Still here?")


def test_what_an_editor_hid_only_its_writer_and_editors_see(town: Town) -> None:
    one, ada = town.papers[0], town.reader(town.ada)
    first = town.comments.write(ada, one, "Buy salt.")
    town.comments.write(town.reader(town.bee), one, "No.", first.id)
    hide(town, first.id)
    assert said(town, one) == said(town, one, town.bee) == [(0, ""), (1, "No.")]
    assert said(town, one, town.ada)[0] == (0, "Buy salt.")
    town.readers.set_role("bee@quill.example", "editor")
    assert said(town, one, town.bee)[0] == (0, "Buy salt.")
    assert town.comments.counts([one]) == {one: 1}
    for deed in (
        lambda: town.comments.write(ada, one, "Why?", first.id),
        lambda: town.comments.edit(ada, first.id, "x"),
    ):
        with pytest.raises(Conflict):
            deed()


def test_comments_follow_a_merge_and_come_back_when_papers_are_parted(town: Town) -> None:
    one, other, third = town.papers
    ada, bee = town.reader(town.ada), town.reader(town.bee)
    here = town.comments.write(ada, one, "Here.")
    there = town.comments.write(bee, other, "There.")
    town.merge(other, one)
    assert said(town, one) == [(0, "Here."), (0, "There.")]
    late = town.comments.write(ada, other, "Below.", there.id)  # from a page that was open meanwhile
    assert late.paper_id == one
    assert town.comments.write(ada, other, "Late.").paper_id == one
    town.part(other, one, third)
    assert said(town, one) == [(0, "Here."), (0, "Below."), (0, "Late.")]
    assert said(town, third) == [(0, "There.")]
    assert town.comments.write(bee, one, "Still.", there.id).paper_id == third
    assert town.comments.get(here.id).paper_id == one


def test_merging_while_somebody_speaks_loses_nothing(town: Town) -> None:
    one, other, _ = town.papers
    ada, bee = town.reader(town.ada), town.reader(town.bee)
    first = town.comments.write(bee, other, "First.")
    raised = at_once(
        lambda: town.merge(other, one),
        lambda: town.comments.write(ada, other, "On the paper."),
        lambda: town.comments.write(ada, other, "On the comment.", first.id),
        lambda: town.comments.remove(bee, first.id),
        lambda: town.votes.cast(town.bee, other),
    )
    assert raised == []
    assert sorted(text for _, text in said(town, one)) == ["", "On the comment.", "On the paper."]
    assert town.votes.counts([one]) == {one: 1}


def test_a_paper_or_comment_that_is_gone_is_told(town: Town) -> None:
    one, ada = town.papers[0], town.reader(town.ada)
    first = town.comments.write(ada, one, "First.")
    with town.database.write() as connection:
        connection.execute(delete(paper).where(paper.c.id == one))
    with pytest.raises(NotFound, match="gone from this instance"):
        town.comments.write(ada, one, "Hello?")
    for deed in (
        lambda: town.comments.write(ada, one, "Hello?", first.id),
        lambda: town.comments.edit(ada, first.id, "x"),
        lambda: town.comments.remove(ada, first.id),
        lambda: town.comments.get(first.id),
    ):
        with pytest.raises(NotFound):
            deed()
    with town.database.read() as connection:
        assert connection.execute(select(comment)).all() == []


def test_nobody_speaks_without_end(town: Town) -> None:
    ada = town.reader(town.ada)
    town.comments.write(ada, town.papers[0], "First.")
    with town.database.write() as connection:  # as 29 more would
        connection.execute(update(allowance).values(used=BY_READER.most))
    with pytest.raises(TooMany, match="30 comments an hour"):
        town.comments.write(ada, town.papers[1], "Next.")
    assert BY_READER.window == timedelta(hours=1)
    town.comments.write(town.reader(town.bee), town.papers[1], "Another reader.")


def test_a_readers_comments_are_told_the_newest_first(town: Town) -> None:
    ada = town.reader(town.ada)
    written = [town.comments.write(ada, paper_id, f"On {paper_id}.") for paper_id in town.papers]
    total, newest = town.comments.of(ada, 2)
    assert (total, [one.id for one in newest]) == (3, [written[2].id, written[1].id])
    town.comments.edit(ada, written[0].id, "Anew.")
    hide(town, written[1].id)
    told = town.comments.export(town.ada)
    assert [(one["paper"], one["text"], one["hidden"]) for one in told] == [
        ("arxiv:2601.00003", f"On {town.papers[2]}.", False),
        ("arxiv:2601.00002", f"On {town.papers[1]}.", True),
        ("arxiv:2601.00001", "Anew.", False),
    ]
    assert told[2]["edited_at"] == town.clock.now().isoformat()
    assert town.comments.export(town.bee) == []


def test_text_that_no_database_takes_is_mended(town: Town) -> None:
    assert town.comments.write(town.reader(town.ada), town.papers[0], "a\ud800b\0c").text == "a?bc"
