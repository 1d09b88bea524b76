import pytest

from broadsheet.papers.artefacts import from_links

CODE, SITE = "https://github.com/quill/looms", "https://looms.example/x"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Our code and trained models are at https://zenodo.org/records/1, https://zenodo.org/records/2.",
            ["code", "model"],
        ),
        ("The dataset is available at https://zenodo.org/records/1.", ["data"]),
        ("Our dataset generation tools are on GitHub: https://doi.org/10.5281/zenodo.1.", ["code"]),
        ("A preprint is also available on Zenodo: https://doi.org/10.5281/zenodo.1", []),
        ("We pre-registered the study (https://osf.io/abcde).", []),
        (f"The dataset is publicly available at {CODE}.", ["data"]),
        (f"Our dataset and code are available at {CODE}.", ["code"]),
        (f"Experiments on six datasets show that it works. {CODE}", ["code"]),
        (f"Project page: {SITE}", ["project"]),
        (f"Code, data and a demo are available at {SITE}.", ["project"]),
        (f"A demo is available at {SITE}.", ["demo"]),
        (f"The code can be downloaded from {SITE}", ["code"]),
        (f"Published in the Annals of Looms ({SITE})", []),
        (f"Workshop website: {SITE}", []),
        (f"A PDF is available at my private homepage, {SITE}", []),
        (f"We trained it with the loom library ({SITE}).", []),
        (f"More is told at {SITE}.", []),
    ],
)
def test_words_tell_the_kind_where_the_address_does_not(text: str, found: list[str]) -> None:
    assert [one.kind for one in from_links([], text)] == found


@pytest.mark.parametrize(
    ("text", "official"),
    [
        (f"Our code is at {CODE}.", True),
        (f"Code is available at {CODE}.", True),
        (f"We release all of it at {CODE}", True),
        (f"Code: {CODE}", True),
        (f"{CODE}", True),
        (f"We knit. {CODE}", True),
        (f"An unofficial implementation is at {CODE}.", False),
        (f"It is built upon the loom library ({CODE}) and fast.", None),
        (f"We use looms ({CODE}) as they are.", None),
    ],
)
def test_words_tell_whose_it_is(text: str, official: bool | None) -> None:
    (found,) = from_links([], text)
    assert found.official is official


def test_a_link_that_a_source_named_takes_its_kind_from_the_text() -> None:
    (found,) = from_links(["https://doi.org/10.5281/zenodo.1"], "Our code is at https://zenodo.org/record/1.")
    assert (found.kind, found.url, found.official) == ("code", "https://zenodo.org/records/1", True)


def test_a_name_that_the_text_cut_off_is_no_second_one() -> None:
    found = from_links(["https://github.com/quill/Twin-Looms"], "Code: https://github.com/quill/Twin-Loo. Really.")
    assert [one.url for one in found] == ["https://github.com/quill/Twin-Looms"]
    assert len(from_links([], "Code: https://github.com/quill/loom and https://github.com/quill/loom-data.")) == 2
