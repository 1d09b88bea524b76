import pytest

from broadsheet.papers.ownership import account_of, is_handle_of, judged
from broadsheet.papers.paper import Artefact


@pytest.mark.parametrize(
    ("account", "author"),
    [
        ("youngwanLEE", "Youngwan Lee"),
        ("LJ2lijia", "Jia Li"),
        ("prateeky2806", "Prateek Yadav"),
        ("naderAsadi", "Nader Asadi"),
        ("mingzeG", "Mingze Gao"),
        ("yoshitomo-matsubara", "Yoshitomo Matsubara"),
        ("Pauljanson002", "Paul Janson"),
        ("aquill", "Quill, Ada"),
        ("quillab", "Ada Bea Quill"),
    ],
)
def test_handles_made_of_a_name_are_known(account: str, author: str) -> None:
    assert is_handle_of(account, ["Goro Hale", author])


@pytest.mark.parametrize("account", ["microsoft", "lee", "hrz2000", "li", "facebookresearch", "", "jia", "leeds-nlp"])
def test_other_accounts_are_nobodys(account: str) -> None:
    assert not is_handle_of(account, ["Youngwan Lee", "Jia Li", "Wei Wang", "Plato"])


@pytest.mark.parametrize(
    ("url", "account"),
    [
        ("https://github.com/Quill/looms", "quill"),
        ("https://huggingface.co/datasets/Quill/moss", "quill"),
        ("https://huggingface.co/quill", "quill"),
        ("https://Quill.github.io/looms", "quill"),
        ("https://looms.example/quill", ""),
        ("https://[half", ""),
    ],
)
def test_the_account_stands_in_the_address(url: str, account: str) -> None:
    assert account_of(url) == account


def test_each_judgement_has_its_reason() -> None:
    found = judged(
        [
            Artefact("code", "https://github.com/loomlab/looms", found_in="text", official=True),
            Artefact("model", "https://huggingface.co/loomlab/loom-7b", found_in="hf-page"),
            Artefact("model", "https://huggingface.co/passerby/loom-7b-GGUF", found_in="hf-page"),
            Artefact("code", "https://github.com/stranger/looms", found_in="hf"),
            Artefact("data", "https://huggingface.co/datasets/adaquill/moss", found_in="hf-page"),
            Artefact("code", "https://github.com/copy/looms", found_in="text", official=False),
            Artefact("code", "https://github.com/other/tool", found_in="text"),
            Artefact("code", "https://github.com/other/tool2", found_in="comments"),
            Artefact("project", "https://looms.example"),
        ],
        ["Ada Quill"],
    )
    assert [(one.official, one.reason) for one in found] == [
        (True, "The abstract names it as the authors’ own."),
        (True, "Its account also keeps what is the authors’ own."),
        (False, "Linked to the paper on Hugging Face by an account not known as an author’s."),
        (True, "Hugging Face lists it as the paper’s repository."),
        (True, "Its account, adaquill, is named after an author."),
        (False, "The abstract calls it another’s."),
        (True, "Its account also keeps what is the authors’ own."),
        (True, "It stands in the authors’ comment."),
        (None, ""),
    ]
