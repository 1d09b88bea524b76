import pytest

from broadsheet.reuse.licences import read


@pytest.mark.parametrize(
    ("told", "name", "opens"),
    [
        ("MIT", "MIT", True),
        ("apache-2.0", "Apache-2.0", True),
        ("Apache License 2.0", "Apache-2.0", True),
        ("http://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0", True),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/deed.en", "CC-BY-NC-SA-4.0", False),
        ("cc-by-nc-nd-4.0", "CC-BY-NC-ND-4.0", False),
        ("cc_by_nd", "CC-BY-ND", False),
        ("cc-by-sa-3.0", "CC-BY-SA-3.0", True),
        ("CC0-1.0", "CC0-1.0", True),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0", True),
        ("http://arxiv.org/licenses/nonexclusive-distrib/1.0/", "arXiv’s own", False),
        ("gpl-3.0", "GPL-3.0", True),
        ("GPL-3.0-or-later", "GPL-3.0", True),
        ("AGPL-3.0", "AGPL-3.0", True),
        ("lgpl-2.1", "LGPL-2.1", True),
        ("openrail++", "openrail++", False),
        ("llama3.1", "llama3.1", False),
        ("moss-licence", "moss-licence", None),
        ("https://looms.example/LICENSE", "https://looms.example/LICENSE", None),
    ],
)
def test_licences_are_known_by_all_their_names(told: str, name: str, opens: bool | None) -> None:
    found = read(told)
    assert found is not None
    assert (found.name, found.open) == (name, opens)
    assert (found.words != "") == (opens is not None)
    assert not found.url or found.url.startswith("https://")


@pytest.mark.parametrize("told", [None, "", " ", "other", "unknown", "NOASSERTION", "cc"])
def test_no_licence_is_none(told: str | None) -> None:
    assert read(told) is None


def test_what_a_licence_allows_is_said_in_plain_words() -> None:
    said = {told: read(told).words for told in ("cc-by-4.0", "cc-by-nc-sa-4.0", "cc-by-nd-4.0")}  # type: ignore[union-attr]
    assert said == {
        "cc-by-4.0": "Use, change and pass it on, also commercially; name the authors.",
        "cc-by-nc-sa-4.0": "Use, change and pass it on, not commercially; name the authors, "
        "and share what you make of it alike.",
        "cc-by-nd-4.0": "Pass it on, unchanged; name the authors.",
    }


@pytest.mark.parametrize("hostile", ["cc-by" + "-nc" * 20_000, "gpl" * 20_000, "cc by " * 9_999, "x" * 90_000])
def test_hostile_names_are_names(hostile: str) -> None:
    assert read(hostile) is not None
