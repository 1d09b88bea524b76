import pytest

from broadsheet.papers.artefacts import classify, name_of


@pytest.mark.parametrize(
    ("url", "kind", "address"),
    [
        ("https://gitlab.com/quill/tools/looms/-/tree/main", "code", "https://gitlab.com/quill/tools/looms"),
        ("https://gitlab.inria.fr/quill/looms.git", "code", "https://gitlab.inria.fr/quill/looms"),
        ("https://bitbucket.org/quill/looms/src/master/", "code", "https://bitbucket.org/quill/looms"),
        ("https://gist.github.com/quill/0a1b", "code", "https://gist.github.com/quill/0a1b"),
        ("https://github.com/quill/looms,and", "code", "https://github.com/quill/looms"),
        ("https://pypi.org/project/looms/", "code", "https://pypi.org/project/looms"),
        ("https://cran.r-project.org/web/packages/hdm/index.html", "code", "https://cran.r-project.org/package=hdm"),
        ("https://cran.r-project.org/package=hdm", "code", "https://cran.r-project.org/package=hdm"),
        (
            "https://anonymous.4open.science/r/looms-01E4/README.md",
            "code",
            "https://anonymous.4open.science/r/looms-01E4",
        ),
        ("https://hf.co/quill/loom-7b", "model", "https://huggingface.co/quill/loom-7b"),
        ("https://modelscope.cn/models/quill/loom/summary", "model", "https://modelscope.cn/models/quill/loom"),
        ("https://www.kaggle.com/code/quill/looms", "code", "https://www.kaggle.com/code/quill/looms"),
        ("https://www.kaggle.com/competitions/looms/data", "data", "https://www.kaggle.com/competitions/looms"),
        ("https://zenodo.org/record/7", "data", "https://zenodo.org/records/7"),
        ("https://doi.org/10.5281/zenodo.7", "data", "https://zenodo.org/records/7"),
        ("https://zenodo.org/doi/10.5281/zenodo.7", "data", "https://zenodo.org/records/7"),
        ("https://doi.org/10.17605/OSF.IO/8YXF2", "data", "https://osf.io/8yxf2"),
        ("https://osf.io/8yxf2/files/", "data", "https://osf.io/8yxf2"),
        ("https://doi.org/10.17632/abc.1", "data", "https://doi.org/10.17632/abc.1"),
        ("https://figshare.com/articles/software/looms/1", "code", "https://figshare.com/articles/software/looms/1"),
        ("https://app.globus.org/file-manager?origin_id=5", "data", "https://app.globus.org/file-manager?origin_id=5"),
        ("https://colab.research.google.com/drive/1x", "demo", "https://colab.research.google.com/drive/1x"),
        ("https://quill-looms.hf.space", "demo", "https://quill-looms.hf.space"),
        ("swh:1:rev:" + "0f" * 20, "code", "https://archive.softwareheritage.org/swh:1:rev:" + "0f" * 20),
    ],
)
def test_hosts_tell_what_they_keep_and_write_it_one_way(url: str, kind: str, address: str) -> None:
    found = classify(url)
    assert found is not None
    assert (found.kind, found.url) == (kind, address)
    assert classify(found.url) == found


@pytest.mark.parametrize(
    "url",
    [
        "https://doi.org/10.1109/ICSE48619.2023.00206",
        "https://gitlab.com/quill",
        "https://gitlab.com/explore/projects",
        "https://osf.io/preprints/psyarxiv/abc",
        "https://www.kaggle.com/quill",
        "https://pypi.org/",
        "https://zenodo.org/communities/looms",
        "https://modelscope.cn/quill",
        "https://www.imstat.org/aos/",
        "https://journals.aps.org/prl/abstract/1",
        "swh:1:rev:short",
    ],
)
def test_what_hosts_keep_besides_is_no_artefact(url: str) -> None:
    assert classify(url) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://github.com/Quill/Looms", "https://github.com/quill/looms"),
        ("http://quill.github.io/looms/index.html", "https://quill.github.io/looms/"),
        ("https://www.looms.example", "http://looms.example/#news"),
    ],
)
def test_spellings_of_one_address_have_a_name_in_common(one: str, other: str) -> None:
    assert name_of(one) == name_of(other)
