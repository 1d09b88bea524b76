from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.trending.rising import features
from broadsheet.trending.rising.features import COLUMNS, WIDTH, places, table
from broadsheet.trending.rising.table import Row, outcomes, settled
from tests.trending.rising.made import FIRST, READ, UNREAD, row, rows

NAMES = [f"{part} {name}" for part, names in COLUMNS.items() for name in names]
EARLIER = rows(20)


def told(known: list[Row], asked: Row) -> dict[str, float]:
    return dict(zip(NAMES, table(outcomes(known), [asked])[0].tolist(), strict=True))


def asked(days: int, **overrides: object) -> Row:
    return row(9_000, FIRST + timedelta(days=days), authors=(READ, UNREAD), **overrides)


def test_every_column_has_its_part() -> None:
    found = list(places().values())
    assert (found[0].start, found[-1].stop) == (0, WIDTH)
    assert all(one.stop == other.start for one, other in pairwise(found))


@given(st.integers(0, 40), st.integers(0, 2**32))
def test_what_comes_at_or_after_the_moment_changes_no_column(days: int, luck: int) -> None:
    one, chance = asked(days), Random(luck)
    before = told(EARLIER, one)
    later = [
        row(10_000 + n, one.seed.date() + timedelta(days=n // 12), chance.randrange(99), authors=(READ, UNREAD))
        for n in range(60)
    ]
    later = [replace(new, seed=max(new.seed, one.seed)) for new in later]
    assert told([*EARLIER, *later], one) == before
    # And what came of papers whose week was not over yet, whatever it was.
    open_ = {old.paper_id for old in EARLIER if settled(old.day) > one.seed}
    changed = [replace(old, votes=chance.randrange(99)) if old.paper_id in open_ else old for old in EARLIER]
    assert told(changed, one) == before


def test_a_paper_sees_nothing_of_itself() -> None:
    known = outcomes(EARLIER)
    columns = table(known, [one.row for one in known])
    without = table(known, [replace(one.row, votes=0.0) for one in known])
    assert np.array_equal(columns, without)
    assert columns[:, 0].any()


def test_authors_who_were_read_are_told_from_those_who_were_not() -> None:
    both = told(EARLIER, asked(30))
    nobody = told(EARLIER, replace(asked(30), authors=("oak deniz",)))
    unnamed = told(EARLIER, replace(asked(30), authors=()))
    assert both["authors best"] == both["authors first"] > 0 > both["authors last"]
    assert both["authors wins"] > 0.3
    assert 0 < both["authors lately"] < 1
    assert nobody["authors best"] == nobody["authors papers"] == unnamed["authors best"] == 0
    assert nobody["authors unknown"] == 1


def test_those_with_whom_authors_wrote_stand_for_them() -> None:
    friend = replace(asked(30), authors=("nobody 5",))  # who wrote with Ada Quill once
    assert told(EARLIER, friend)["co-authors best"] == pytest.approx(told(EARLIER, asked(30))["authors best"])
    assert told(EARLIER, replace(asked(30), authors=("oak deniz",)))["co-authors best"] == 0


def test_nothing_is_settled_within_a_week() -> None:
    early = told(EARLIER, asked(7))
    assert not any(
        value for name, value in early.items() if not name.startswith(("form", "team")) and name != "authors unknown"
    )


def test_the_paper_itself_is_told_too() -> None:
    one = told([], asked(0, kinds=frozenset({"code"}), abstract=""))
    assert (one["artefacts code"], one["artefacts data"], one["form abstract"]) == (1, 0, 0)
    assert one["team size"] == pytest.approx(np.log(3))
    assert told([], asked(5))["form weekend"] == 1  # a Saturday
    assert NAMES.index("authors best") == features.BEST_AUTHOR
