"""A static table small enough to reckon by hand: five words, two spare rows, one pair, eight dimensions."""

import numpy as np
import pytest

from broadsheet.encoders.terms import Terms
from broadsheet.encoders.weights_file import StaticTable

WORDS = ("dense", "feature", "galaxy", "network", "reuse")


@pytest.fixture
def terms() -> Terms:
    return Terms(WORDS, np.array([[1, 4]], np.int32), spare=2)


@pytest.fixture
def table(terms: Terms) -> StaticTable:
    rows = np.zeros((8, 8), np.int8)
    np.fill_diagonal(rows, 100)
    return StaticTable("tiny-1", terms, np.full(8, 0.01, np.float32), rows)
