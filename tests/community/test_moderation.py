from functools import partial

import pytest
from sqlalchemy import select, update

from broadsheet.accounts import audit
from broadsheet.accounts.reader import Reader
from broadsheet.community.comments import KIND
from broadsheet.community.moderation import BY_READER, Moderation, Subject
from broadsheet.community.mutes import Mutes
from broadsheet.database.schema import allowance, report
from broadsheet.errors import Conflict, Forbidden, Invalid, NotFound, SignInNeeded, TooMany
from tests.community.conftest import SECRET, Town, at_once


@pytest.fixture
def moderation(town: Town) -> Moderation:
    return Moderation(town.database, town.catalogue, town.clock, SECRET)


@pytest.fixture
def editor(town: Town) -> Reader:
    return town.readers.add("ed@quill.example", "editor")


@pytest.fixture
def admin(town: Town) -> Reader:
    return town.readers.add("root@quill.example", "admin")


def log(town: Town) -> list[tuple[str, str, int]]:
    told = audit.newest(town.database, 20)
    return [(one.action, one.subject, one.subject_id) for one in told if one.action != "role"]


def spoken(town: Town, text: str = "Buy salt.") -> Subject:
    return Subject(comment_id=town.comments.write(town.reader(town.ada), town.papers[0], text).id)


def test_reports_gather_in_the_queue_until_an_editor_settles_them(
    town: Town, moderation: Moderation, editor: Reader
) -> None:
    ada, bee, said = town.reader(town.ada), town.reader(town.bee), spoken(town)
    assert moderation.report(bee, said, "spam", " It sells\n salt. ")
    assert not moderation.report(bee, said, "abuse")
    assert moderation.report(ada, said, "other")
    assert moderation.report(bee, Subject(town.papers[1]), "wrong")
    assert moderation.waiting() == 3
    first, second = moderation.queue(editor)
    assert first.comment is not None
    assert (first.comment.text, [one.note for one in first.reports]) == ("Buy salt.", ["It sells salt.", ""])
    assert second.comment is None
    assert second.paper is not None
    assert second.paper.id == town.papers[1]
    moderation.dismiss(editor, Subject(town.papers[1]), "It is fine.")
    moderation.hide(editor, said, "Spam.")
    assert moderation.queue(editor) == []
    assert log(town) == [("hide", "comment", said.comment_id), ("dismiss", "paper", town.papers[1])]
    assert moderation.report(bee, said, "spam")  # settled ones may be reported again


def test_what_is_hidden_leaves_the_talk_and_comes_back(town: Town, moderation: Moderation, editor: Reader) -> None:
    said, one = spoken(town), town.papers[0]
    for _ in range(2):
        town.clock.sleep(60)
        moderation.hide(editor, said, "Spam.")
    assert town.comments.on(one) == []
    assert town.comments.counts([one]) == {}
    assert moderation.hidden(editor).comments == [(said.comment_id, "Buy salt.")]
    town.clock.sleep(60)
    moderation.restore(editor, said, "Looked again.")
    assert [one.said.text for one in town.comments.on(one)] == ["Buy salt."]
    assert town.series(one, KIND) == [1, 0, 1]
    assert [action for action, *_ in log(town)] == ["restore", "hide"]


def test_a_hidden_paper_is_gone_for_everybody_and_comes_back_whole(
    town: Town, moderation: Moderation, editor: Reader
) -> None:
    one, before = town.papers[0], town.catalogue.last_change()
    town.votes.cast(town.ada, one)
    moderation.hide(editor, Subject(one), "No paper.")
    with pytest.raises(NotFound):
        town.catalogue.get(f"paper:{one}")
    assert [paper.id for paper in town.catalogue.papers(town.papers)] == town.papers[1:]
    assert town.catalogue.count() == 2
    assert [(change.paper_id, change.paper) for change in town.catalogue.changes_after(before)] == [(one, None)]
    assert [number for number, _ in moderation.hidden(editor).papers] == [one]
    assert [paper.id for paper in town.catalogue.each()] == town.papers[1:]
    moderation.restore(editor, Subject(one), "A paper.")
    assert town.catalogue.get(f"paper:{one}").id == one
    assert town.catalogue.count() == 3
    assert town.votes.counts([one]) == {one: 1}
    assert town.catalogue.changes_after(before)[-1].paper is not None


def test_only_who_is_an_editor_now_changes_anything(town: Town, moderation: Moderation, editor: Reader) -> None:
    said = spoken(town)
    moderation.report(town.reader(town.bee), said, "spam")
    town.readers.set_role("ed@quill.example", "reader")  # in the middle: the page is open, the button not yet pressed
    deeds = (moderation.hide, moderation.restore, moderation.dismiss)
    for actor in (editor, town.reader(town.bee)):
        for deed in deeds:
            with pytest.raises(Forbidden, match="lost the role of editor"):
                deed(actor, said, "")
    with pytest.raises(Forbidden):
        moderation.queue(town.reader(town.bee))
    with pytest.raises(Forbidden):
        moderation.hidden(town.reader(town.bee))
    assert town.comments.on(town.papers[0])[0].said.state == "shown"
    assert moderation.waiting() == 1
    assert log(town) == []


def test_losing_the_role_while_hiding_either_counts_or_changes_nothing(
    town: Town, moderation: Moderation, editor: Reader
) -> None:
    said = spoken(town)
    raised = at_once(
        partial(town.readers.set_role, "ed@quill.example", "reader"), partial(moderation.hide, editor, said, "Spam.")
    )
    hidden = town.comments.get(said.comment_id or 0).state == "hidden"
    assert hidden == (log(town) == [("hide", "comment", said.comment_id)]) == (raised == [])


def test_two_reports_and_two_editors_at_once(town: Town, moderation: Moderation, editor: Reader) -> None:
    said, bee, ada = spoken(town), town.reader(town.bee), town.reader(town.ada)
    other = town.readers.add("other@quill.example", "editor")
    assert (
        at_once(*[partial(moderation.report, bee, said, "spam"), partial(moderation.report, ada, said, "spam")] * 2)
        == []
    )
    assert moderation.waiting() == 2
    raised = at_once(*(partial(moderation.dismiss, who, said, "") for who in (editor, other)))
    assert [type(error) for error in raised] == [Conflict]
    assert at_once(*(partial(moderation.hide, who, said, "") for who in (editor, other))) == []
    assert [action for action, *_ in log(town)] == ["hide", "dismiss"]


def test_reports_follow_a_merge(town: Town, moderation: Moderation, editor: Reader) -> None:
    one, other, _ = town.papers
    moderation.report(town.reader(town.bee), Subject(other), "wrong")
    town.merge(other, one)
    assert [case.paper and case.paper.id for case in moderation.queue(editor)] == [one]
    moderation.hide(editor, Subject(other), "No paper.")  # from a page that was open meanwhile
    assert moderation.queue(editor) == []
    assert [paper.id for paper in town.catalogue.papers(town.papers)] == town.papers[2:]


@pytest.mark.parametrize(
    ("reason", "note", "field"), [("", "", "reason"), ("rude", "", "reason"), ("spam", "a" * 501, "note")]
)
def test_bad_reports_are_told(town: Town, moderation: Moderation, reason: str, note: str, field: str) -> None:
    with pytest.raises(Invalid) as raised:
        moderation.report(town.reader(town.ada), Subject(town.papers[0]), reason, note)
    assert raised.value.field == field


def test_what_is_gone_cannot_be_reported_and_nobody_reports_without_end(town: Town, moderation: Moderation) -> None:
    bee, said = town.reader(town.bee), spoken(town)
    for what in (Subject(99), Subject(comment_id=99)):
        with pytest.raises(NotFound):
            moderation.report(bee, what, "spam")
    with town.database.write() as connection:
        connection.execute(update(allowance).values(used=BY_READER.most))
    with pytest.raises(TooMany, match="30 reports an hour"):
        moderation.report(bee, said, "spam")
    town.readers.delete(town.bee)
    town.clock.sleep(7_200)
    with pytest.raises(SignInNeeded):
        moderation.report(bee, said, "spam")


def test_a_ban_can_take_all_that_was_said_along(
    town: Town, moderation: Moderation, admin: Reader, editor: Reader
) -> None:
    said = [spoken(town, f"Buy {n}.") for n in range(3)]
    with pytest.raises(Forbidden):
        moderation.ban(editor, town.ada, "", hide_all=True)
    moderation.ban(admin, town.ada, "Spam.", hide_all=True)
    assert town.comments.on(town.papers[0]) == []
    assert sorted(log(town)) == sorted(
        [("ban", "reader", town.ada)] + [("hide", "comment", one.comment_id) for one in said]
    )


def test_reports_leave_with_their_reader_and_are_in_the_export(town: Town, moderation: Moderation) -> None:
    said = spoken(town)
    moderation.report(town.reader(town.bee), said, "spam", "Salt.")
    assert [(one["comment"], one["reason"], one["note"]) for one in moderation.export(town.bee)] == [
        (said.comment_id, "spam", "Salt.")
    ]
    town.readers.delete(town.bee)
    with town.database.read() as connection:
        assert connection.execute(select(report)).all() == []


def test_a_muted_reader_is_not_seen_and_nobody_else_notices(town: Town) -> None:
    mutes, bee = Mutes(town.database, town.clock), town.reader(town.bee)
    said = spoken(town)
    town.comments.write(bee, town.papers[0], "No.", said.comment_id)
    mutes.mute(bee, town.ada)
    mutes.mute(bee, town.ada)
    assert [(one.said.state, one.said.text) for one in town.comments.on(town.papers[0], bee)] == [
        ("muted", ""),
        ("shown", "No."),
    ]
    assert [one.said.text for one in town.comments.on(town.papers[0])] == ["Buy salt.", "No."]
    assert [one.reader_id for one in mutes.of(bee)] == [town.ada]
    assert [one["number"] for one in mutes.export(town.bee)] == [town.ada]
    mutes.unmute(bee, town.ada)
    assert mutes.of(bee) == []
    with pytest.raises(Conflict):
        mutes.mute(bee, town.bee)
    with pytest.raises(NotFound):
        mutes.mute(bee, 999)
    mutes.mute(bee, town.ada)
    town.readers.delete(town.ada)
    assert mutes.of(bee) == []
