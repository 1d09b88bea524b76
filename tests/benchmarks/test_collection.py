import json
import lzma
from pathlib import Path

import pytest

from benchmarks.collection import CORPORA, Collection, Maker


@pytest.fixture
def corpora(tmp_path: Path) -> Path:
    """Three small corpora of two papers each."""
    for at, name in enumerate(CORPORA):
        papers = [
            {
                "id": f"x:{at}{n}",
                "title": f"On moss and salt, part {at} {n}",
                "abstract": "Moss grows slowly. Salt is old. Nobody counts tides.",
                "authors": ["Ada Quill"],
                "categories": ["cs.IR"],
                "published": "2024-02-03",
                "source": "arxiv",
            }
            for n in range(2)
        ]
        with lzma.open(tmp_path / name, "wt") as out:
            out.writelines(json.dumps(paper) + "\n" for paper in papers)
    return tmp_path


def test_real_papers_come_first_and_made_ones_differ_but_are_the_same_each_time(corpora: Path) -> None:
    maker = Maker(corpora)
    assert maker.paper(1)["title"] == "On moss and salt, part 0 1"
    made = [maker.paper(n) for n in range(6, 30)]
    assert made == [Maker(corpora).paper(n) for n in range(6, 30)]
    assert len({one["title"] + one["abstract"] for one in made}) > 12


def test_a_collection_is_a_change_log_and_grows_where_it_ended(corpora: Path, tmp_path: Path) -> None:
    path = tmp_path / "collection.db"
    assert Collection.make(path, corpora, 4).last_change() == 4
    grown = Collection.make(path, corpora, 9)
    assert [change.paper_id for change in grown.changes_after(2, 3)] == [3, 4, 5]
    assert [paper.id for paper in grown.papers([9, 1, 77])] == [9, 1]
    assert Collection(path, 5).changes_after(5) == []
