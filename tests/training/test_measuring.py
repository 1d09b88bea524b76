from dataclasses import replace

import numpy as np
import pytest

from training.benchmarks import fused
from training.card import ARXIV_DATA, Facts, card, table_of, with_section
from training.measure import best, mean_ndcg, ndcg, sign_recall


def test_best_gives_the_highest_first_and_ties_by_column() -> None:
    scores = np.array([[1, 9, 5, 9], [0, 0, 0, 0]], np.float32)
    assert best(scores, 3).tolist() == [[1, 3, 2], [0, 1, 2]]
    assert best(scores, 99).shape == (2, 4)


@pytest.mark.parametrize(
    ("ranking", "relevant", "expected"),
    [
        ([4, 7], {4: 1.0}, 1.0),
        ([7, 4], {4: 1.0}, 1 / np.log2(3)),
        ([7, 8], {4: 1.0}, 0.0),
        ([1, 2], {1: 1.0, 2: 3.0}, (1 + 3 / np.log2(3)) / (3 + 1 / np.log2(3))),
    ],
)
def test_ndcg_agrees_with_reckoning_by_hand(ranking: list[int], relevant: dict[int, float], expected: float) -> None:
    assert ndcg(ranking, relevant) == pytest.approx(expected)


def test_only_the_first_ten_count() -> None:
    assert ndcg(list(range(11)), {10: 1.0}) == 0
    assert mean_ndcg(np.eye(3, dtype=np.float32), [{0: 1.0}, {1: 1.0}, {0: 1.0}]) == pytest.approx(
        (2 + 1 / np.log2(3)) / 3
    )


def test_sign_recall_is_one_when_all_are_kept_and_less_when_signs_say_little() -> None:
    chance = np.random.default_rng(5)
    documents = chance.standard_normal((400, 16)).astype(np.float32)
    queries = chance.standard_normal((20, 16)).astype(np.float32)
    assert sign_recall(queries, documents, kept=400) == 1
    centred = sign_recall(queries, documents, kept=50)
    assert 0.4 < centred < 1
    assert sign_recall(queries, documents + 4, kept=50) < centred


def test_fusion_adds_the_share_of_bm25_over_the_union_of_candidates() -> None:
    dense = np.array([[0.9, 0.1, 0.2, 0.0]], np.float32)
    lexical = np.array([[0.0, 8.0, 4.0, 0.0]], np.float32)
    mixed = fused(dense, lexical, 0.5, candidates=1)
    np.testing.assert_allclose(mixed[0], [0.9, 0.6, -np.inf, -np.inf])
    assert np.isfinite(fused(dense, np.zeros_like(dense), 0.5)).all()


def test_the_card_names_what_was_done_and_measured() -> None:
    facts = Facts(
        "static-9",
        256,
        49_000,
        4_096,
        34_904,
        23.5,
        "abcdef123456",
        1,
        12.2,
        204_340,
        20_000,
        9_576,
        129_024,
        227_011,
        "papers of the moon",
        "",
        5,
        2_048,
        0.7,
    )
    text = card(facts, {"regression": {"title": 0.842}, "quantised": {"title": 0.9, "topic": 0.345}})
    assert text.startswith("# static-9\n")
    for part in ("88,000", "23.5 MB", "`abcdef123456`", "129,024", "204,340", "70%", "| quantised | 90.0 | 34.5 |"):
        assert part in text
    assert "{" not in text
    assert "Apache-2.0 as the rest" not in text
    ours = card(replace(facts, source=ARXIV_DATA, older="static-8"), {"quantised": {"title": 0.9}})
    assert "Apache-2.0 as the rest of Broadsheet." in ours
    assert "A rotation onto the axes of static-8" in ours


def test_a_table_leaves_a_cell_empty_where_a_figure_is_missing() -> None:
    assert table_of("stage", {"a": {"x": 0.5}, "b": {"y": 0.25}}).splitlines()[2:] == [
        "| a | 50.0 |  |",
        "| b |  | 25.0 |",
    ]


def test_a_section_goes_before_the_limits_and_replaces_its_elder() -> None:
    text = "# static-1\n\n## Data\nd\n\n## Limits\n- l\n"
    once = with_section(text, "Fusion", "one")
    both = with_section(once, "Benchmarks", "two")
    assert both == "# static-1\n\n## Data\nd\n\n## Fusion\none\n\n## Benchmarks\ntwo\n\n## Limits\n- l\n"
    assert with_section(once, "Fusion", "new") == text.replace("## Limits", "## Fusion\nnew\n\n## Limits")
