import json
import lzma
from pathlib import Path

from training.ablation import VARIANTS, papers_of_field, vocabulary
from training.corpus import ARXIV, Paper


def test_a_fields_papers_are_those_in_any_of_its_categories(tmp_path: Path) -> None:
    listed = [["q-bio.NC", "cs.LG"], ["cs.LG", "q-bio.QM"], "math.AG q-bio.PE", ["cs.LG"], None, []]
    (tmp_path / "corpora").mkdir()
    for name in ARXIV:
        with lzma.open(tmp_path / "corpora" / name, "wt", encoding="utf-8") as file:
            file.writelines(
                json.dumps({"id": f"{name[:6]}{number}", "categories": categories}) + "\n"
                for number, categories in enumerate(listed)
            )
    assert {one[-1] for one in papers_of_field(tmp_path)} == {"0", "1", "2"}
    assert papers_of_field(tmp_path, "astro-ph") == set()


def test_more_rows_are_those_of_rarer_words_and_of_the_teachers() -> None:
    papers = [
        Paper(f"arxiv:{n}", "Rare quarks" if n < 2 else "Quarks", "Quarks meet quarks and gluons.") for n in range(6)
    ]
    few, many = (vocabulary(papers, ["insulin", "##s"], many_rows=more) for more in (False, True))
    assert few.words == ("gluons", "meet", "quarks")
    assert many.words == ("gluons", "insulin", "meet", "quarks", "rare")
    assert (few.spare, many.spare) == (8_192, 32_768)


def test_each_recipe_is_named_once_and_the_first_reads_no_word() -> None:
    assert len({variant.name for variant in VARIANTS}) == len(VARIANTS)
    assert not VARIANTS[0].spoken
    assert VARIANTS[0].recipe.words == 0
