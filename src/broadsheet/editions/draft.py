"""A draft: what editors have chosen for a page that is not out, in which order, with which words, and when it goes out.

Where it is kept and who may change it is `desk`'s matter. Every change gives another draft and leaves the old one, so
that two editors' drafts can be laid beside each other. The first pick is the lead, and no paper is picked twice.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from types import MappingProxyType

from broadsheet.editions.spans import Span
from broadsheet.errors import Conflict, Invalid
from broadsheet.papers import clean

MOST = 6  # the lead and five picks: what the middle of a front page holds without becoming a list
LONGEST_BLURB = 280
LONGEST_KICKER = 40


@dataclass(frozen=True, slots=True)
class Pick:
    """An editor's choice: a paper, the words above its title, and what the desk says of it."""

    paper_id: int
    kicker: str = ""
    blurb: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """One state of a page to come; `revision` 0 is a page that nobody has touched.

    `goes_out` is the time of day in the instance's zone, None for the instance's own hour. `saved_by` is the number of
    the reader who saved it last, None for the operator.
    """

    span: Span
    revision: int = 0
    picks: tuple[Pick, ...] = ()
    goes_out: time | None = None
    approved: bool = False
    saved_at: datetime | None = None
    saved_by: int | None = None

    @property
    def is_touched(self) -> bool:
        """Whether an editor chose anything; a page that was only looked at fills itself."""
        return bool(self.picks)

    def place_of(self, paper_id: int) -> int | None:
        """Return the place of a paper, 0 for the lead; None for one that is not picked."""
        return next((n for n, pick in enumerate(self.picks) if pick.paper_id == paper_id), None)

    def says_as(self, other: "Draft") -> bool:
        """Tell whether two drafts would make the same page at the same time."""
        return (self.picks, self.goes_out, self.approved) == (other.picks, other.goes_out, other.approved)


class Stale(Conflict):
    """Somebody else saved or published meanwhile: `now` is what is there, and nothing was overwritten."""

    def __init__(self, message: str, now: Draft, *, is_out: bool = False) -> None:
        super().__init__(message, value=now.revision)
        self.now = now
        self.is_out = is_out


def picked(draft: Draft, pick: Pick) -> Draft:
    """Put a paper behind the others; one that is picked already stays. Raises `Invalid` for a page that is full."""
    if draft.place_of(pick.paper_id) is not None:
        return draft
    return checked(replace(draft, picks=(*draft.picks, pick)))


def without(draft: Draft, paper_id: int) -> Draft:
    """Take a paper out; without it nothing changes."""
    return replace(draft, picks=tuple(pick for pick in draft.picks if pick.paper_id != paper_id))


def moved(draft: Draft, paper_id: int, by: int) -> Draft:
    """Move a paper by so many places, negative towards the lead; the ends of the page stop it."""
    place = draft.place_of(paper_id)
    if place is None:
        return draft
    others = list(without(draft, paper_id).picks)
    others.insert(max(0, min(len(others), place + by)), draft.picks[place])
    return replace(draft, picks=tuple(others))


def worded(draft: Draft, paper_id: int, *, kicker: str | None = None, blurb: str | None = None) -> Draft:
    """Give a pick other words; None leaves those it has."""

    def changed(pick: Pick) -> Pick:
        if pick.paper_id != paper_id:
            return pick
        return replace(
            pick, kicker=pick.kicker if kicker is None else kicker, blurb=pick.blurb if blurb is None else blurb
        )

    return replace(draft, picks=tuple(map(changed, draft.picks)))


def checked(draft: Draft) -> Draft:
    """Return a draft with its words cleaned and each paper once; raises `Invalid` with the field that is too long."""
    picks = _merged([_clean(n, pick) for n, pick in enumerate(draft.picks, start=1)])
    if len(picks) > MOST:
        said = f"A page has a lead and {MOST - 1} picks at most; this has {len(picks)} in all. Take one out first."
        raise Invalid(said, field="picks", value=len(picks))
    return replace(draft, picks=tuple(picks))


@dataclass(frozen=True, slots=True)
class Joined:
    """Two drafts put together: what found no room, and the papers about which both wrote something else."""

    draft: Draft
    left: tuple[Pick, ...] = ()
    clashes: tuple[int, ...] = ()


def joined(kept: Draft, other: Draft, was: Mapping[int, str] = MappingProxyType({})) -> Joined:
    """Put what only `other` has behind what `kept` has; of a paper in both, the words of whoever changed them stand.

    `was` holds the blurbs from which `other` was made. Where both changed one, or the kickers differ, it is a clash,
    and `kept`'s stand.
    """
    mine = {pick.paper_id: pick for pick in other.picks}
    clashes: list[int] = []
    both = []
    for pick in kept.picks:
        twin = mine.pop(pick.paper_id, pick)
        blurb = _agreed(pick.blurb, twin.blurb, was.get(pick.paper_id))
        kicker = _agreed(pick.kicker, twin.kicker, None)
        if blurb is None or kicker is None:
            clashes.append(pick.paper_id)
            blurb, kicker = pick.blurb, pick.kicker
        both.append(replace(pick, kicker=kicker, blurb=blurb))
    more, room = tuple(mine.values()), MOST - len(both)
    return Joined(replace(kept, picks=(*both, *more[:room])), more[room:], tuple(clashes))


def _agreed(theirs: str, mine: str, was: str | None) -> str | None:
    """Return the words that stand, None where both changed them."""
    if not mine or mine in (theirs, was):
        return theirs
    return mine if not theirs or theirs == was else None


def _merged(picks: Iterable[Pick]) -> list[Pick]:
    """Leave each paper once: two picks may have proved to be one work. The first place and the first words stay."""
    found: dict[int, Pick] = {}
    for pick in picks:
        had = found.setdefault(pick.paper_id, pick)
        found[pick.paper_id] = replace(had, kicker=had.kicker or pick.kicker, blurb=had.blurb or pick.blurb)
    return list(found.values())


def _clean(n: int, pick: Pick) -> Pick:
    kicker = _short(pick.kicker, LONGEST_KICKER, f"kicker-{n}", "kicker")
    return replace(pick, kicker=kicker, blurb=_short(pick.blurb, LONGEST_BLURB, f"blurb-{n}", "blurb"))


def _short(raw: str, longest: int, field: str, what: str) -> str:
    said = clean.text(raw)
    if len(said) > longest:
        over = len(said) - longest
        raise Invalid(
            f"This {what} has {len(said):,} characters, and {longest} is the most: shorten it by {over:,}.",
            field=field,
            value=len(said),
        )
    return said
