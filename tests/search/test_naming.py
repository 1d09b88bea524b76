import pytest

from broadsheet.search.engine import Engine
from broadsheet.search.memory import MemoryEngine
from broadsheet.search.naming import author_meant
from broadsheet.search.query import parse
from tests.invented import paper
from tests.search.collection import BagEncoder

SHELF = [
    paper(1, title="Salt maps", abstract="Moss.", authors=("Geoffrey E. Quill", "Wei Tide"), published=None),
    paper(2, title="Salt", abstract="Quill says so.", authors=("Zoë Banks",)),
    *(paper(n, title="Tide tables", abstract="Tides.", authors=("Ada Oak",)) for n in range(3, 40)),
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return MemoryEngine(SHELF, BagEncoder())


def meant(engine: Engine, text: str) -> str | None:
    return author_meant(engine, parse(text), text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("quill", "author:quill"),
        ("Geoffrey Quill", 'author:"Geoffrey Quill"'),
        ("Quill, Geoffrey", 'author:"Quill, Geoffrey"'),
        ("papers by  Quill", "author:Quill"),
        ("the newest papers by Geoffrey E. Quill", 'author:"Geoffrey E. Quill"'),
        ("Quill et al.", "author:Quill"),
        ("Quill and Tide", "author:Quill author:Tide"),
        ("Zoe Banks papers", 'author:"Zoe Banks"'),
        ("by Tide", "author:Tide"),
        ("Ada Oak 2026", 'author:"Ada Oak" date:2026'),
        ("by Ada Oak in 2026", 'author:"Ada Oak" date:2026'),
        ("Ada Oak (1999)", 'author:"Ada Oak"'),
    ],
)
def test_a_name_is_offered_as_one(engine: Engine, text: str, question: str) -> None:
    assert meant(engine, text) == question


@pytest.mark.parametrize(
    "text",
    [
        "tide",  # a word far oftener than a name
        "salt maps",
        "Geoffrey Banks",  # nobody bears both
        "author:quill",
        '"Quill"',
        "Quill -moss",
        "quill maps",
        "Quill and Tide and Banks and Oak",
        "by",
        "2026",
        "quill 2601.00003",
        "Geoffrey E. Quill and Wei Tide wrote of salt maps and other things",
        "quill " * 50,
        "quill <b>",
        "机器学习",
    ],
)
def test_what_is_no_name_here_is_left_alone(engine: Engine, text: str) -> None:
    assert meant(engine, text) is None
