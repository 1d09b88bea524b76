"""What an editor should know before a page goes out: remarks on the picks, none of which keeps it back.

Pure: the page, the draft and the history are handed in.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta

from broadsheet.editions.draft import Draft
from broadsheet.editions.edition import Edition, Place

LATELY = timedelta(days=30)


def remarks(page: Edition, draft: Draft, history: Mapping[int, tuple[date, str]]) -> list[str]:
    """Return sentences on the picks of `page`; `history` tells when each paper last led or was picked."""
    chosen = [place for place in (page.lead, *page.picks) if place and place.chosen]
    if not chosen:
        return ["Nothing is picked: the page fills itself, and trending gives the lead."]
    said = [remark for place in chosen for remark in _of_one(place, draft, history, page.day)]
    if (missing := len(draft.picks) - len(chosen)) > 0:
        said.insert(0, f"{missing} of the picks {'was' if missing == 1 else 'were'} withdrawn or gone, and left out.")
    return [*said, *_of_all(chosen)] or ["Every pick has a blurb, and none was on the page in the last 30 days."]


def _of_one(place: Place, draft: Draft, history: Mapping[int, tuple[date, str]], day: date) -> list[str]:
    at = draft.place_of(place.paper.id)
    name = "The lead" if at == 0 else f"Pick {at}"
    said = []
    if at is not None and not draft.picks[at].blurb:
        said.append(f"{name} has no blurb; its abstract is shown instead.")
    if place.paper.id in history and day - history[place.paper.id][0] <= LATELY:
        last, section = history[place.paper.id]
        did = "led" if section == "lead" else "was picked"
        said.append(f"{name} {did} on {last.day} {last:%b} already.")
    without = [one.kind for one in place.paper.artefacts if not one.licence]
    if without:
        said.append(f"{name}: no licence is known of its {' and '.join(dict.fromkeys(without))}.")
    return said


def _of_all(chosen: list[Place]) -> list[str]:
    firsts = Counter(place.paper.categories[0] for place in chosen if place.paper.categories)
    category, most = firsts.most_common(1)[0] if firsts else ("", 0)
    if len(chosen) > 2 and most == len(chosen):
        return [f"All {most} come from {category}."]
    return []
