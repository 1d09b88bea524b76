"""Reads the desk's form: the whole draft as the page shows it, and the one thing that the pressed button asks.

What a change does, `editions.draft` says, and whether it is kept, `editions.desk`. Every button sends the whole form,
so that no word typed is lost by moving a paper; papers go by names that outlive a merge.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from broadsheet.editions.draft import MOST, Draft, Pick, Stale, checked, joined, moved, picked, without
from broadsheet.editions.spans import Span, read_time
from broadsheet.errors import Invalid, NotFound
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.web.forms import Form

FIELDS = 2 * MOST  # picks that are read: two editors' pages put together
_FURTHER: Mapping[str, int] = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True)
class Written:
    """One pick as somebody wrote it: the field's number, the name of its paper, and words as they were sent.

    `was` is the blurb that the page held before anything was typed.
    """

    number: int
    key: str
    kicker: str
    blurb: str
    was: str = ""


@dataclass(frozen=True, slots=True)
class Press:
    """What a button asks: the verb, the paper it is about, and a place where one is meant; both empty else."""

    verb: str
    key: str = ""
    place: int = 0


def press_of(form: Form) -> Press:
    """Return what was pressed; raises `Invalid` for a form of no button."""
    verb, _, rest = form.get("do", "").partition(" ")
    if verb == "add" or (verb == "save" and form.get("other", "").strip()):  # Enter in the field of any paper saves
        verb, rest = "pick", ""
        if not form.get("other", "").strip():
            raise Invalid("Name a paper: its arXiv number, DOI or address.", field="other")
        return Press(verb, form.get("other", "").strip()[:500])
    key, _, place = rest.partition(" ")
    if verb not in ("save", "approve", "withdraw", "publish", "proof", "join", "pick", "drop", "up", "down", "place"):
        raise Invalid("This form does not say what to do. Reload the page.", field="do", value=form.get("do", "")[:40])
    return Press(verb, key, int(place) if place.isascii() and place.isdigit() and len(place) < 4 else 0)


def written(form: Form) -> list[Written]:
    """Return the picks as they were sent, in their order, for pages that give somebody's words back."""
    return [
        Written(n, key, form.get(f"kicker-{n}", ""), form.get(f"blurb-{n}", ""), form.get(f"was-{n}", ""))
        for n in range(1, FIELDS + 1)
        if (key := form.get(f"paper-{n}", ""))
    ]


def draft_of(catalogue: Catalogue, span: Span, form: Form) -> Draft:
    """Return the draft that a form holds, not approved; raises `Invalid` for a field that cannot be meant."""
    picks = tuple(Pick(_paper(catalogue, one.key).id, one.kicker, one.blurb) for one in written(form))
    return Draft(span, _revision(form), picks, read_time(form.get("goes_out", "")))


def pressed(catalogue: Catalogue, draft: Draft, press: Press) -> Draft:
    """Return the draft as a button changes it; raises `Invalid` for a paper that cannot be picked."""
    if press.verb == "approve":
        return replace(draft, approved=True)
    if press.verb == "withdraw":
        return replace(draft, approved=False)
    if press.verb not in ("pick", "drop", "up", "down", "place"):
        return draft
    paper = _paper(catalogue, press.key)
    if press.verb == "pick" and paper.withdrawn:
        raise Invalid("This paper is withdrawn: choose another.", field="picks", value=paper.key)
    changes: Mapping[str, Callable[[], Draft]] = {
        "pick": lambda: picked(draft, Pick(paper.id)),
        "drop": lambda: without(draft, paper.id),
        "place": lambda: moved(draft, paper.id, press.place - 1 - (draft.place_of(paper.id) or 0)),
    }
    change = changes.get(press.verb) or (lambda: moved(draft, paper.id, _FURTHER[press.verb]))
    return change()


def approved_as(draft: Draft, kept: Draft) -> Draft:
    """Let an approval stand while the page says the same; who changes an approved page has to approve it again."""
    same = replace(checked(draft), approved=kept.approved).says_as(kept)
    return replace(draft, approved=kept.approved and same)


def joined_with(catalogue: Catalogue, kept: Draft, form: Form) -> Draft:
    """Return the kept draft with what a form has beside it; raises `Stale` where not all of both can stand."""
    mine = checked(draft_of(catalogue, kept.span, form))
    both = joined(kept, mine, {_paper(catalogue, one.key).id: one.was for one in written(form)})
    if both.left:
        titles = _titles(catalogue, [pick.paper_id for pick in both.left])
        raise Stale(f"The page is full: there is no room for {titles}. Save yours with fewer papers.", kept)
    if both.clashes:
        titles = _titles(catalogue, both.clashes)
        said = f"Both of you wrote about {titles}. Put what should stand into your field and save yours, or empty it."
        raise Stale(said, kept)
    return both.draft


def _titles(catalogue: Catalogue, ids: Sequence[int]) -> str:
    return " and ".join(f"“{paper.title}”" for paper in catalogue.papers(ids))


def _revision(form: Form) -> int:
    given = form.get("revision", "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Invalid("This form does not say which draft it was made from. Reload the page.", field="revision")
    return int(given)


def _paper(catalogue: Catalogue, key: str) -> Paper:
    try:
        return catalogue.get(key)
    except (Invalid, NotFound) as error:
        raise Invalid(error.message, field="picks", value=key[:80]) from None
