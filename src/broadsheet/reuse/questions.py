"""The reuse card in words: each question that reusers ask, with its answer as a sentence.

What is known is the card's to say; here it is only worded. An answer that is not known says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from broadsheet.papers.paper import ArtefactKind
from broadsheet.reuse.card import NAMES, Card, Item

_LICENSED: tuple[ArtefactKind, ...] = ("code", "model", "data")
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_MOST = 3


@dataclass(frozen=True, slots=True)
class Reply:
    """One question with its answer, a line for each part; `known` is False where the answer is that nobody said."""

    question: str
    lines: tuple[str, ...]
    known: bool = True

    @property
    def answer(self) -> str:
        """The answer as one text."""
        return " ".join(self.lines)


def replies(card: Card) -> tuple[Reply, ...]:
    """Return every question with its answer, in the order in which they are asked."""
    return (_provenance(card), _licence(card), _needs(card), _origin(card), _reproducible(card), _alive(card))


def size_words(size: int) -> str:
    """Return a size in bytes as people say it: 13.0 GB."""
    value, unit = float(size), 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    return f"{value:.0f} {_UNITS[unit]}" if unit < 2 or value >= 100 else f"{value:.1f} {_UNITS[unit]}"


def count_words(count: int) -> str:
    """Return a large count as people say it: 7.0 billion."""
    for limit, word in ((10**9, "billion"), (10**6, "million")):
        if count >= limit:
            return f"{count / limit:.1f} {word}"
    return f"{count:,}"


def _provenance(card: Card) -> Reply:
    question = "Whose is it?"
    own = [one for one in card.items if one.artefact.official]
    others = [one for one in card.items if one.artefact.official is False]
    if not card.items:
        return Reply(question, ("No artefact of this paper is known.",), known=False)
    if not own and not others:
        return Reply(question, ("Nobody said whether what is listed is the authors’ own.",), known=False)
    told = [f"The authors’ own: {_kinds(own)}."] if own else []
    told += [f"By others: {_kinds(others)}."] if others else []
    open_ones = len(card.items) - len(own) - len(others)
    told += [f"Not known of {open_ones} more."] if open_ones else []
    return Reply(question, tuple(told))


def _licence(card: Card) -> Reply:
    told = [f"Text: {card.licence.name}. {card.licence.words}".strip()] if card.licence else ["Text: not known."]
    known = card.licence is not None
    for kind in _LICENSED:
        items = [one for one in card.items if one.kind == kind and one.state != "dead"]
        if not items:
            continue
        one = next((one for one in items if one.licence), None)
        name = NAMES[kind].capitalize()
        if one and one.licence:
            told.append(f"{name}: {one.licence.name}. {one.licence.words}".strip())
            known = True
        elif any(item.state == "alive" for item in items):
            told.append(f"{name}: its host names no licence, so ask before you use it.")
            known = True
        else:
            told.append(f"{name}: not known.")
    return Reply("May I use it?", tuple(told), known)


def _needs(card: Card) -> Reply:
    told = []
    for one in (*card.of("model"), *card.of("code"), *card.of("data"))[: 2 * _MOST]:
        facts = one.facts
        said = [
            f"{count_words(facts.parameters)} parameters" if facts.parameters else "",
            size_words(facts.size) if facts.size else "",
            facts.framework or facts.language or "",
            f"needs: {', '.join(facts.environment[:_MOST])}" if facts.environment else "",
        ]
        if any(said):
            told.append(f"{NAMES[one.kind].capitalize()}: {', '.join(filter(None, said))}.")
    told = list(dict.fromkeys(told))[:_MOST]
    if not told:
        return Reply("How large is it, and what does it need?", ("Not known.",), known=False)
    return Reply("How large is it, and what does it need?", tuple(told))


def _origin(card: Card) -> Reply:
    bases = dict.fromkeys(base for one in card.of("model") for base in one.facts.base_models)
    trained = dict.fromkeys(name for one in card.of("model") for name in one.facts.trained_on)
    forks = dict.fromkeys(one.facts.fork_of for one in card.items if one.facts.fork_of)
    told = [f"Base model: {_list(bases)}."] if bases else []
    told += [f"Trained on {_list(trained)}."] if trained else []
    told += [f"Forked from {_list(forks)}."] if forks else []
    return Reply("What is it made from?", tuple(told) or ("Not known.",), known=bool(told))


def _reproducible(card: Card) -> Reply:
    there = [name for name, known in card.parts if known]
    missing = [name for name, known in card.parts if known is False]
    unknown = [name for name, known in card.parts if known is None]
    told = [f"There: {', '.join(there)}."] if there else []
    told += [f"Not there: {', '.join(missing)}."] if missing else []
    told += [f"Not known: {', '.join(unknown)}."] if unknown else []
    return Reply("Can it be done again?", tuple(told), known=bool(there or missing))


def _alive(card: Card) -> Reply:
    own = [*card.of("code"), *card.of("model"), *card.of("data")]
    changed = [one.facts.pushed_at for one in own if one.facts.pushed_at]
    told = []
    if changed:
        told.append(f"Last changed on {_day(max(changed))}.")
    if any(one.facts.archived for one in own):
        told.append("Archived: its owners change it no more.")
    gone = [one for one in card.items if one.state == "dead"]
    if gone:
        told.append(f"Gone: {_kinds(gone)}.")
    seen = [one.seen_alive_at for one in card.items if one.seen_alive_at]
    if seen:
        told.append(f"Last seen here on {_day(max(seen))}.")
    return Reply("Is it alive?", tuple(told) or ("Not checked here yet.",), known=bool(told))


def _day(moment: object) -> str:
    return f"{moment:%d %b %Y}".lstrip("0")


def _kinds(items: Iterable[Item]) -> str:
    return _list(dict.fromkeys(NAMES[one.kind] for one in items))


def _list(names: Iterable[str | None]) -> str:
    told = [name for name in names if name]
    more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
    return ", ".join(told[:_MOST]) + more
