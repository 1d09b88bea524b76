"""What is said of a mark and of a fit: the parts of a chance, the sentence on the page, and why nothing is marked.

Parts are doublings of the odds and add up to them: odds of 1 to 3 are -1.58. A reason tells what was found, whichever
way it counts.
"""

from math import log

import numpy as np

from broadsheet.trending.explain import Part
from broadsheet.trending.ranking import Floats
from broadsheet.trending.rising import features
from broadsheet.trending.rising.calibration import Group
from broadsheet.trending.rising.features import History
from broadsheet.trending.rising.learning import FEWEST_JUDGED, FEWEST_TAUGHT, Fit, Model
from broadsheet.trending.rising.logistic import sigmoid
from broadsheet.trending.rising.store import Mark
from broadsheet.trending.rising.table import Row

FEWEST_MARKED = 20  # papers by which marks are judged
TOLD = 2  # parts that the sentence tells, those that speak most for the paper
_DOUBLING = log(2)


def mark(model: Model, marked: Group, row: Row, history: History, columns: Floats) -> Mark:
    """Return the mark of a paper; `marked` is what came of papers that were marked on the days held back."""
    terms = model.slope * model.linear.terms(columns[None, :])[0] / _DOUBLING
    usual = model.slope * model.linear.bias + model.offset
    parts = [
        Part("usual", usual / _DOUBLING, f"of a usual paper, {_share(float(sigmoid(np.array(usual))))} come so far")
    ]
    for name, place in (*features.places().items(), ("text", slice(features.WIDTH, None))):
        value = float(terms[place].sum())
        parts.append(Part(name, value, _SAID[name](row, history, columns[place])))
    for_it = sorted((part for part in parts[1:] if part.value > 0), key=lambda part: -part.value)[:TOLD]
    told = [*(part.reason for part in for_it), f"of papers so marked, {first_tenth(marked)}"]
    chance = float(model.chances(columns[None, :])[0])
    return Mark(chance, tuple(parts), f"Marked rising: {'; '.join(told)}.")


def first_tenth(group: Group) -> str:
    """Say what came of some papers."""
    return f"{_share(group.seen)} came into their day’s first tenth"


def refusal(fit: Fit) -> str:
    """Return why nothing may be marked by a fit; empty where its chances held on the days that it had not seen."""
    trial = fit.trial
    if trial is None:
        return _too_little(fit)
    marked, (low, high) = trial.marked, trial.marked.interval
    if trial.brier >= trial.brier_of_base:
        return f"On the days held back its chances were no better than saying {_share(trial.base)} of every paper."
    if marked.papers < FEWEST_MARKED:
        return f"On the days held back it would have marked {marked.papers} papers: too few to judge its marks by."
    if not low <= marked.told <= high:
        return (
            f"Its chances do not hold: of the papers that it would have marked on the days held back it foretold "
            f"{_share(marked.told)}, and {_share(marked.seen)} came into their day’s first tenth."
        )
    if low <= trial.rate:
        return (
            f"Its marks tell too little: of the papers that it would have marked on the days held back "
            f"{_share(marked.seen)} came into their day’s first tenth, and of all papers {_share(trial.rate)}."
        )
    return ""


def beside_baseline(fit: Fit) -> str:
    """Say whether the fit orders papers better than the plain baseline does; empty without a trial."""
    if fit.trial is None:
        return ""
    low, high = fit.trial.lead
    if low > 0:
        return "It orders papers better than the best author’s earlier papers alone do."
    if high < 0:
        return "It orders papers worse than the best author’s earlier papers alone do."
    between = f"between {low:+.3f} and {high:+.3f}".replace("-", "−")
    return (
        "Whether it orders papers better than the best author’s earlier papers alone do cannot be told from so few: "
        f"the difference in average precision lies {between}."
    )


def _too_little(fit: Fit) -> str:
    papers, first = sum(one.papers for one in fit.spans), sum(one.first for one in fit.spans)
    return (
        f"Too little has happened here to learn from: {papers:,} papers of days that are settled, of which {first:,} "
        f"came into their day’s first tenth. It takes {FEWEST_TAUGHT} such papers to learn, then {FEWEST_JUDGED} to "
        f"calibrate and {FEWEST_JUDGED} to judge."
    )


def _share(share: float) -> str:
    return f"{100 * share:.0f} of 100"


def _times(doublings: float) -> str:
    return f"read {2**doublings:.1f} times as much as was usual on their days"


def _authors(row: Row, history: History, _columns: Floats) -> str:
    best = max(history.past(row), key=lambda one: (one.mean(), one.papers))
    if not best.papers:
        return "no earlier papers of its authors are known here" if row.authors else "it names no authors"
    plural = "s" if best.papers > 1 else ""
    return (
        f"an author of it had {best.papers} earlier paper{plural}, {best.first or 'none'} in the first tenth of a day"
    )


def _near(_row: Row, _history: History, columns: Floats) -> str:
    if not columns.any():
        return "nobody is known with whom its authors wrote before"
    return f"papers of those with whom its authors wrote before were {_times(columns[1])}"


def _topic(row: Row, _history: History, columns: Floats) -> str:
    return f"papers of {row.categories[0]} were {_times(columns[0])}" if row.categories else "it has no category"


def _artefacts(row: Row, _history: History, _columns: Floats) -> str:
    named = [kind for kind in features.COLUMNS["artefacts"] if kind in row.kinds]
    return f"its abstract names {' and '.join(named) or 'neither code nor weights nor data'}"


def _team(row: Row, _history: History, _columns: Floats) -> str:
    count = len(row.authors)
    return f"it names {count} author{'' if count == 1 else 's'}"


def _form(row: Row, _history: History, _columns: Floats) -> str:
    lengths = f"a title of {len(row.title):,} characters and an abstract of {len(row.abstract):,}"
    return f"{lengths}, known since {row.seed:%H:%M} UTC on a {row.seed:%A}"


def _text(_row: Row, _history: History, columns: Floats) -> str:
    return f"papers whose words are like its own were {_times(columns[0])}"


_SAID = {
    "authors": _authors,
    "co-authors": _near,
    "topic": _topic,
    "artefacts": _artefacts,
    "team": _team,
    "form": _form,
    "text": _text,
}
