"""A static table small enough to reckon by hand: five words, eight spare rows, one pair, sixteen dimensions."""

import numpy as np
import pytest

from broadsheet.encoders.terms import Terms
from broadsheet.encoders.weights_file import StaticTable

WORDS = ("dense", "feature", "galaxy", "network", "reuse")


@pytest.fixture
def terms() -> Terms:
    return Terms(WORDS, np.array([[1, 4]], np.int32), spare=8)


@pytest.fixture
def table(terms: Terms) -> StaticTable:
    rows = np.zeros((14, 16), np.int8)
    np.fill_diagonal(rows, 100)
    return StaticTable("tiny-1", terms, np.full(14, 0.01, np.float32), rows)
