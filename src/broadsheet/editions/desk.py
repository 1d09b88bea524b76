"""The editors' desk: drafts that are kept under their revision, proofs, publishing by hand, and corrections.

What a change does to a draft, `draft` says; what a page then holds, `compose`; when it goes out by itself,
`publishing`. Whoever changes something names the revision that was looked at, and may be an editor at the moment it is
written: so nothing is overwritten unseen, and a role that was taken away ends at once.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from broadsheet.accounts import audit
from broadsheet.clock import Clock
from broadsheet.database.engine import Database
from broadsheet.editions import draft_store, store
from broadsheet.editions.draft import Draft, Stale, checked
from broadsheet.editions.edition import Correction, Edition
from broadsheet.editions.editions import Editions
from broadsheet.editions.spans import Span
from broadsheet.errors import Conflict, Invalid, NotFound
from broadsheet.papers import clean

AHEAD = timedelta(days=62)  # how long before its first day a page can be prepared
LONGEST_NOTE = 400


class Desk:
    """The desk of one instance. `by` is the number of the reader who asks, None for the operator at the machine."""

    def __init__(self, database: Database, editions: Editions, clock: Clock) -> None:
        self._database = database
        self._editions = editions
        self._publisher = editions.publisher
        self._clock = clock

    def next_span(self) -> Span:
        """Return the day whose page is prepared now: today's until it is out, then tomorrow's."""
        today = Span("day", self._publisher.today())
        return today.after if self.is_out(today) else today

    def is_out(self, span: Span) -> bool:
        """Tell whether the page of `span` is published."""
        with self._database.read() as connection:
            return store.head(connection, span) is not None

    def draft(self, span: Span) -> Draft:
        """Return what is prepared for `span`, each paper once; raises `NotFound` for a span too far ahead."""
        if span.start > self._publisher.today() + AHEAD:
            said = f"It is too early for the page of {span.words}: a page can be prepared {AHEAD.days} days ahead."
            raise NotFound(said, value=span.name)
        return checked(self._publisher.draft(span))

    def waiting(self) -> list[Span]:
        """Return the spans that have a draft and are not out, in order."""
        with self._database.read() as connection:
            return draft_store.waiting(connection)

    def goes_out(self, draft: Draft) -> datetime:
        """Return when the page goes out by itself as the draft stands."""
        return self._publisher.goes_out(draft)

    def due(self, draft: Draft) -> datetime:
        """Return when it goes out once it is approved."""
        return self._publisher.due(draft)

    def is_over(self, span: Span) -> bool:
        """Tell whether its days passed without a page, so that there will be none."""
        return not self.is_out(span) and self._publisher.is_over(self._publisher.draft(span))

    def saved_by(self, draft: Draft) -> str:
        """Return who saved a draft last, as others see them; empty for a draft that nobody saved."""
        if draft.revision == 0:
            return ""
        if draft.saved_by is None:
            return "the operator"
        with self._database.read() as connection:
            return draft_store.name_of(connection, draft.saved_by) or f"reader {draft.saved_by}"

    def save(self, draft: Draft, *, by: int | None) -> Draft:
        """Keep a draft, whose revision is the one that its writer saw, and return it under its new revision.

        What says the same as the kept one changes nothing. Raises `Stale` with the kept one where somebody was faster
        or the page is out, `Invalid` for words too long or too many picks, `Forbidden`, `NotFound`, `Conflict`.
        """
        self.draft(draft.span)
        wanted = checked(draft)
        try:
            with self._database.write() as connection:
                return self._save(connection, wanted, by)
        except IntegrityError:
            raise self._stale(self._publisher.draft(draft.span)) from None

    def proof(self, draft: Draft) -> Edition:
        """Return the page as readers would see it if the draft went out now."""
        return self._editions.composer.page(draft.span, draft)

    def at_revision(self, span: Span, revision: int) -> Draft:
        """Return the draft of `span`; raises `Stale` where its revision is another."""
        draft = self.draft(span)
        if draft.revision != revision:
            raise self._stale(draft)
        return draft

    def publish(self, draft: Draft, *, by: int | None) -> Edition:
        """Save the draft and publish its page now. Raises as `save` does, and `Conflict` before its day."""
        span, today = draft.span, self._publisher.today()
        if today < (span.start if span.period == "day" else span.last):
            raise Conflict(
                f"The page of {span.words} cannot be published before its time. Approve it: it goes out by itself at "
                f"{self._local(self.due(draft)):%H:%M} on {span.comes_out_on.day} {span.comes_out_on:%b %Y}.",
                value=span.name,
            )
        kept = self.save(draft, by=by)
        page = self._publisher.publish(kept, by=_doer(by))
        if page is None:
            raise self._stale(self._publisher.draft(span))
        return page

    def correct(self, span: Span, note: str, *, paper_id: int | None = None, by: int | None) -> Correction:
        """Put a dated note on a page that is out; the same note again is the one that is there.

        Raises `NotFound` where it is not out or has no such paper, `Invalid` for a note without words, `Forbidden`.
        """
        said = _note(note)
        with self._database.write() as connection:
            self._require_editor(connection, by)
            head = store.head(connection, span)
            if head is None:
                raise NotFound(f"The page of {span.words} is not out, so there is nothing to correct.", value=span.name)
            if paper_id is not None and all(row.paper_id != paper_id for row in store.places(connection, head.id)):
                raise NotFound(f"This paper has no place on the page of {span.words}.", value=paper_id)
            there = store.corrections(connection, head.id)
            same = next((one for one in there if (one.note, one.paper_id) == (said, paper_id)), None)
            made = same or Correction(self._clock.now(), said, paper_id)
            if same is None:
                store.add_correction(connection, head.id, made, by)
                what = f"{span.name}: {said}"
                audit.note(connection, made.made_at, _doer(by), "correct", ("edition", head.id), what)
        return made

    def export(self, reader_id: int) -> list[dict[str, Any]]:
        """Return what is kept of a reader's work at the desk, ready for JSON."""
        with self._database.read() as connection:
            drafts = draft_store.of_reader(connection, reader_id)
            notes = draft_store.corrections_of_reader(connection, reader_id)
        return [
            *({"draft": Span(row.period, row.starts_on).name, "saved_at": row.saved_at.isoformat()} for row in drafts),
            *({"correction": row.note, "made_at": row.made_at.isoformat()} for row in notes),
        ]

    def _save(self, connection: Connection, wanted: Draft, by: int | None) -> Draft:
        self._require_editor(connection, by)
        kept = draft_store.read(connection, wanted.span, for_change=True)
        if store.head(connection, wanted.span) is not None:
            raise self._stale(kept, is_out=True)
        if self._publisher.is_over(kept):
            said = f"The day of {wanted.span.words} has passed without a page. Put these papers on another day's."
            raise Conflict(said, value=wanted.span.name)
        # A paper may have been merged since it was looked at; of two that are one now, one is kept.
        now_are = store.now_are(connection, [pick.paper_id for pick in wanted.picks])
        there = (pick for pick in wanted.picks if pick.paper_id in now_are)
        named = checked(replace(wanted, picks=tuple(replace(one, paper_id=now_are[one.paper_id]) for one in there)))
        if named.says_as(checked(kept)):
            return kept
        if kept.revision != named.revision:
            raise self._stale(kept)
        now = self._clock.now()
        if named.approved != kept.approved:
            deed = "approve" if named.approved else "withdraw"
            audit.note(connection, now, _doer(by), deed, ("edition", 0), named.span.name)
        return draft_store.write(connection, named, now, by)

    def _stale(self, now: Draft, *, is_out: bool = False) -> Stale:
        if is_out or self.is_out(now.span):
            said = f"The page of {now.span.words} is out meanwhile: what you sent was not put on it."
            return Stale(said, now, is_out=True)
        return Stale(f"Draft {now.revision} was saved meanwhile: yours was not, so that nothing is overwritten.", now)

    def _require_editor(self, connection: Connection, by: int | None) -> None:
        if by is not None:
            audit.require(connection, by, "editor")

    def _local(self, moment: datetime) -> datetime:
        return self._publisher.local(moment)


def _doer(by: int | None) -> int:
    return audit.OPERATOR if by is None else by


def _note(raw: str) -> str:
    said = clean.text(raw)
    if not said:
        raise Invalid("Say what was wrong, and what is right.", field="note")
    if len(said) > LONGEST_NOTE:
        over = len(said) - LONGEST_NOTE
        words = f"A correction may have {LONGEST_NOTE} characters at most: shorten this one by {over:,}."
        raise Invalid(words, field="note", value=len(said))
    return said
