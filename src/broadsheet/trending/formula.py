"""The published formula of trending, whole: its constants, its fitted weights, and where each of them comes from.

Pure arithmetic on hours and counts: what was counted when is `readings`' matter, words are `explain`'s.
The unit is the doubling of expected attention (log2), so parts are added and never multiplied.

    usual     = total * u / (u + half)              votes that a usual paper has at age u; half of them by `half`
    u         = max(age at the reading, half / 3)   nobody is judged younger than a third of the half-time
    level     = log2((1 + n) / (1 + usual(u)))      n = the count at the newest reading
    pace      = log2((1 + n - n0) / (1 + usual(u) - usual(u0)))      n0, u0 = count and age one `span` before
    freshness = log2(half (half + H) / ((age + half) (age + half + H)))   what is left for the next H hours; <= 0;
                the largest of its kinds', each by its own age and half; without votes by the paper's age and 18 h
    stars     = 0.2 log2((10 + stars) / 18)                 eight stars are usual; nothing where they are unknown
    citations = 0.1 log2((10 + citations) / 10)             none are usual; nothing where they are unknown
    score     = sum over kinds of weight * (0.3 level + 0.7 pace)  +  freshness  +  stars  +  citations
    the past  = sum over kinds of weight * level  +  stars  +  citations      how a week or month went, not what is next

Fitted on readings of Hugging Face Daily Papers of 2025-05 to 2025-12 and of the Hacker News front page of 2020-11 to
2021-06, judged on later months that the fit had not seen; what readers do here has nothing to be fitted on, and its
weights are reasoned. docs/trending.md tells both, and what the formula does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log2
from types import MappingProxyType

from broadsheet.trending.readings import Reading

PRIOR = 1.0  # votes; 2 is equal, 8 worse, and 1 is better where votes are few
LEVEL_SHARE = 0.3
PACE_SHARE = 0.7  # 0.5 to 0.75 are equal on Hugging Face; more pace is better on Hacker News
STARS_WEIGHT = 0.2  # 0 loses .003 of nDCG@10, 0.4 loses more
STARS_PRIOR = 10
STARS_USUAL = 8
CITATIONS_WEIGHT = 0.1  # reasoned, not fitted: a paper that trends is too young to be cited
CITATIONS_PRIOR = 10
FRESH_HALF = 18.0  # hours; the half-time of attention to papers that nobody voted for yet
FLOOR = 1 / 3  # of the half-time: what keeps the first votes of a brand-new paper from buying it a place
QUORUM = 0.15  # of the median of the first ten: no place there for less; 0.2 costs twice as much on Hacker News
QUORUM_PLACES = 10
RING_VOTES = 7.1  # no place there for fewer, or for half of the median if that is less: fifty of a ring count as 7.07
HEAD = 31  # votes that a usual paper gets, one a head: an editor's pick, which stands for a usual paper, counts as many
LOUD_PLACES = 7  # of the first ten that rest on one source, where papers of others reach the quorum
TOTAL_DAYS = 28  # the papers from whose votes the usual total is estimated anew
TOTAL_OLDER_THAN = 12.0  # hours
TOTAL_SHIPPED_PAPERS = 50  # what the shipped total counts for beside them

HORIZONS: Mapping[str, float] = MappingProxyType({"day": 48.0, "week": 168.0, "month": 720.0})  # hours


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of vote: `total` is what a usual paper gets in the end, `half` (hours) when it has half of them.

    `span` (hours) is how far back its pace looks; `noun` and `where` are how a reason names one vote. `own` kinds are
    counted by this instance itself: its counts are known at every moment, and nothing is known to be none. `unit` is
    how many of them count for the quorum as much as a usual paper's votes; 0: they do not count for it.
    """

    name: str
    total: float
    half: float
    span: float
    weight: float
    noun: str
    where: str
    unit: float
    own: bool = False


# A new kind of vote is a new row, and nothing else.
KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        # Fitted; all within .002 of nDCG@10 for half 13 to 24 h and totals 31 to 36.
        "hf_upvotes": Kind("hf_upvotes", 31, 18, 12, 1, "upvote", "on Hugging Face", 31),
        # Fitted on stories that reached the front page, so a paper that did not is unknown there, not zero. Its weight
        # too, beside freshness: on the months not fitted on 1 gives .877 of nDCG@10, 0.6 gives .889, 0.5 gives .888.
        "hn_points": Kind("hn_points", 157, 4, 1, 0.6, "point", "on Hacker News", 157),
        # What readers do here: reasoned, to be refitted on instances that have readers. A reader's vote here counts for
        # the quorum what an upvote there does, so that a quiet instance is not bought by three of them.
        "votes": Kind("votes", 1, 18, 6, 1, "vote", "here", 31, own=True),
        "submissions": Kind("submissions", 0.1, 18, 6, 0.5, "submission", "by readers", 31, own=True),
        "comments": Kind("comments", 0.3, 18, 6, 0.1, "comment", "here", 31, own=True),
        "picks": Kind("picks", 0.05, 18, 6, 0.5, "pick", "by an editor", 1, own=True),
        "clicks": Kind("clicks", 5, 18, 6, 0.25, "visit", "here", 0, own=True),
    }
)


@dataclass(frozen=True, slots=True)
class Weights:
    """What an instance lets each kind of vote, stars and citations count for, and the share of pace."""

    kinds: Mapping[str, float]
    pace: float = PACE_SHARE
    stars: float = STARS_WEIGHT
    citations: float = CITATIONS_WEIGHT

    @property
    def level(self) -> float:
        """The share of the level: what the pace leaves."""
        return 1 - self.pace


PUBLISHED = Weights(MappingProxyType({name: kind.weight for name, kind in KINDS.items()}))


@dataclass(frozen=True, slots=True)
class Measure:
    """By what a score is computed: the usual totals here, the weights in force, and for how many hours ahead.

    `past` asks how the window went instead of what comes next: the level alone, and nothing for being new.
    """

    totals: Mapping[str, float]
    horizon: float
    weights: Weights = field(default=PUBLISHED)
    past: bool = False

    @property
    def shares(self) -> tuple[float, float]:
        """The shares of level and pace."""
        return (1.0, 0.0) if self.past else (self.weights.level, self.weights.pace)


def judged_age(kind: Kind, age: float) -> float:
    """Return the age in hours at which a count is judged: never under a third of the half-time."""
    return max(age, kind.half * FLOOR)


def usual(kind: Kind, age: float, total: float) -> float:
    """Return how many votes of `kind` a usual paper has at `age` hours, where it ends with `total`."""
    return total * age / (age + kind.half)


def level(kind: Kind, reading: Reading, total: float) -> float:
    """Return how far the count lies above what is usual at its age, in doublings."""
    return log2((PRIOR + reading.count) / (PRIOR + usual(kind, judged_age(kind, reading.age), total)))


def usual_gain(kind: Kind, reading: Reading, total: float) -> float:
    """Return how many votes a usual paper gains between the two ages of `reading`."""
    return usual(kind, judged_age(kind, reading.age), total) - usual(kind, reading.age_before, total)


def pace(kind: Kind, reading: Reading, total: float) -> float:
    """Return how far the newest votes lie above what is usual in that time, in doublings."""
    return log2((PRIOR + reading.count - reading.count_before) / (PRIOR + usual_gain(kind, reading, total)))


def freshness(age: float, horizon: float, half: float = FRESH_HALF) -> float:
    """Return what a usual paper `age` hours old still gets in the next `horizon` hours against a new one; <= 0."""
    grown = age + half
    return log2(half * (half + horizon) / (grown * (grown + horizon)))


def stars(count: float, weight: float = STARS_WEIGHT) -> float:
    """Return what `count` stars of a paper's code add: nothing at the usual eight."""
    return weight * log2((STARS_PRIOR + count) / (STARS_PRIOR + STARS_USUAL))


def citations(count: float, weight: float = CITATIONS_WEIGHT) -> float:
    """Return what `count` citations add: nothing for none."""
    return weight * log2((CITATIONS_PRIOR + count) / CITATIONS_PRIOR)


def estimated_total(kind: Kind, counts: float, shares: float) -> float:
    """Return the usual total of `kind` here, from the sum of counts and of u / (u + half) over recent papers.

    The shipped total counts as fifty papers, so a young instance starts from it and leaves it as papers come in.
    What nobody here does is usual for no paper: it tells nothing of any.
    """
    if kind.own and counts <= 0:
        return 0.0
    return (TOTAL_SHIPPED_PAPERS * kind.total + counts) / (TOTAL_SHIPPED_PAPERS + shares)
