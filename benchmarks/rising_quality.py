"""How well the rising mark tells, before anybody voted, which papers come into the first tenth of their day.

Time is cut as an instance cuts it: the first span teaches, the second calibrates, and all figures are of the third:
Hugging Face Daily Papers January to May 2026, the front page of Hacker News October to December 2021. Differences have
95 % intervals from a bootstrap over days.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from math import log1p
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from benchmarks.report import Aim, Report, arguments, command
from benchmarks.rising_sets import hacker_news, hugging_face
from benchmarks.trending_quality import ndcg
from broadsheet.encoders.encoder import Encoder
from broadsheet.encoders.loader import load_encoder
from broadsheet.trending.ranking import Floats
from broadsheet.trending.rising import features
from broadsheet.trending.rising.calibration import Group, average_precision, lead
from broadsheet.trending.rising.learning import Fit, learned, vectors_of
from broadsheet.trending.rising.table import Outcome, Row, outcomes
from broadsheet.trending.rising.words import beside_baseline, refusal

SETS: dict[str, tuple[Callable[[Path], list[Row]], tuple[date, date]]] = {
    "hf": (hugging_face, (date(2025, 10, 1), date(2026, 1, 1))),
    "hn": (hacker_news, (date(2021, 7, 1), date(2021, 10, 1))),
}
NOW = datetime(2026, 9, 1, tzinfo=UTC)  # all of both sets is settled
OURS = "ours"
BEST_AUTHOR = "best author’s earlier papers"
COLUMNS = {  # of the features; on Hacker News a story's host stands for its authors
    BEST_AUTHOR: features.BEST_AUTHOR,
    "authors’ earlier papers, mean": 1,
    "best author’s share of first tenths": 5,
    "text": -1,
}
FEWEST = 11  # papers of a day whose first ten places are judged


@dataclass(frozen=True)
class Judged:
    """The held-back papers of a set, and the scores that each predictor gives them."""

    fit: Fit
    outcomes: list[Outcome]
    labels: Floats
    scores: dict[str, Floats]

    def precision(self, name: str) -> float:
        """Return the average precision of a predictor."""
        return average_precision(self.scores[name], self.labels)

    def ndcg(self, name: str) -> float:
        """Return the mean nDCG@10 of a day, where a paper's gain is log1p of its votes."""
        by_day = defaultdict(list)
        for place, one in enumerate(self.outcomes):
            by_day[one.row.day].append(place)
        orders = (sorted(day, key=lambda place: -self.scores[name][place]) for day in by_day.values())
        return mean(ndcg([log1p(self.outcomes[n].row.votes) for n in one]) for one in orders if len(one) >= FEWEST)


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    encoder = load_encoder("static")
    report = Report("rising_quality", "The rising mark, on papers that nobody had voted for", command("rising_quality"))
    for name, (rows, cuts) in SETS.items():
        found = judged(rows(asked.data), encoder, cuts)
        report.rows += [_row(name, label, found, 100 if asked.quick else 1_000) for label in found.scores]
        report.aims += _aims(name, found)
        print(f"{name}: {refusal(found.fit) or beside_baseline(found.fit)}")
    report.finish(asked.json)


def judged(rows: Sequence[Row], encoder: Encoder, cuts: tuple[date, date]) -> Judged:
    """Learn from the first two spans of a set, and score the third."""
    fit = learned(rows, encoder, NOW, cuts)
    assert fit.model is not None
    known = outcomes(rows)
    held = [one for one in known if one.row.day >= cuts[1]]
    asked = [one.row for one in held]
    columns = fit.model.columns(known, asked, vectors_of(asked, encoder))
    scores = {OURS: fit.model.chances(columns)} | {label: columns[:, n] for label, n in COLUMNS.items()}
    scores["newest first"] = np.array([row.seed.timestamp() for row in asked])
    scores["by lot"] = np.random.default_rng(7).random(len(held))
    return Judged(fit, held, np.array([float(one.first) for one in held]), scores)


def _row(name: str, label: str, found: Judged, resamples: int) -> dict[str, Any]:
    trial = found.fit.trial
    assert trial is not None
    ours = label == OURS
    days = np.array([one.row.day.toordinal() for one in found.outcomes])
    low, high = lead(found.scores[OURS], found.scores[label], found.labels, days, resamples)
    difference = found.precision(OURS) - found.precision(label)
    return {
        "set": name,
        "predictor": label,
        "papers": len(found.outcomes),
        "average precision": found.precision(label),
        "ours minus it": "" if ours else f"{difference:+.3f} [{low:+.3f}, {high:+.3f}]",
        "nDCG@10": found.ndcg(label),
        "Brier": trial.brier if ours else trial.brier_of_base if label == "by lot" else "",
        "marked: foretold, seen of 100": _told(trial.marked) if ours else "",
        "by tenths: foretold/seen of 100": " ".join(f"{100 * g.told:.0f}/{100 * g.seen:.0f}" for g in trial.tenths)
        if ours
        else "",
    }


def _told(group: Group) -> str:
    low, high = group.interval
    return f"{100 * group.told:.0f}, {100 * group.seen:.0f} [{100 * low:.0f}, {100 * high:.0f}] ({group.papers} papers)"


def _aims(name: str, found: Judged) -> list[Aim]:
    trial = found.fit.trial
    assert trial is not None
    own, plain = found.precision(OURS), found.precision(BEST_AUTHOR)
    off = max(abs(group.told - group.seen) for group in trial.tenths)
    return [
        Aim(f"{name}, ordering the held-back papers", "average precision", own, plain, "at least", BEST_AUTHOR, plain),
        Aim(f"{name}, Brier score", "", trial.brier, trial.brier_of_base, "at most", "base rate", trial.brier_of_base),
        Aim(f"{name}, foretold beside seen, the worst tenth", "of 1", off, 0.05, "at most"),
    ]


if __name__ == "__main__":
    main()
