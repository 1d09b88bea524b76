"""Whose an artefact is: the authors' own or somebody else's, each judgement with its reason in a sentence.

What the text around a link says was read in `wording`; here it is weighed with who keeps the artefact and which
source named it. Where nothing tells, nothing is claimed: a guess would send readers to the wrong repository.
"""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from broadsheet.papers import titles
from broadsheet.papers.paper import Artefact

# Hosts where the first step of a path is the account that keeps what follows.
_ACCOUNTS = frozenset({"github.com", "gitlab.com", "codeberg.org", "bitbucket.org", "gitee.com", "huggingface.co"})
_SECOND = frozenset({"datasets", "spaces"})
_PAGES = (".github.io", ".gitlab.io")
_LETTERS = re.compile(r"[^a-z]+")
_SHORTEST = 4  # letters of one name that tell a person
# Names as the sources give them; the fields of the paper itself there, and lists that anyone may add to.
_HUGGING_FACE, _LINKED_THERE = "hf", "hf-page"
_FIELDS = frozenset({"code", "project"})


def judged(found: Sequence[Artefact], authors: Sequence[str]) -> tuple[Artefact, ...]:
    """Return the artefacts with `official` and `reason` filled as far as anything tells."""
    first = [_by_itself(one, authors) for one in found]
    owners = {account_of(one.url) for one in first if one.official} - {""}
    return tuple(_by_company(one, owners) for one in first)


def account_of(url: str) -> str:
    """Return the account that keeps what `url` leads to, in small letters; empty where the address names none."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as a bracket without its pair
        return ""
    host = (parts.hostname or "").removeprefix("www.")
    if host.endswith(_PAGES):
        return host.partition(".")[0]
    steps = [step for step in parts.path.split("/") if step]
    if host not in _ACCOUNTS or not steps:
        return ""
    return (steps[1] if steps[0] in _SECOND and len(steps) > 1 else steps[0]).lower()


def is_handle_of(account: str, authors: Iterable[str]) -> bool:
    """Say whether an account's name is made of an author's: `youngwanLEE`, `LJ2lijia`, `prateeky2806`."""
    letters = _LETTERS.sub("", account.lower())
    return len(letters) >= _SHORTEST and any(_is_made_of(letters, name) for name in authors)


def _is_made_of(letters: str, name: str) -> bool:
    family = titles.family_name(name)
    given = [_LETTERS.sub("", titles.normalised(word)) for word in name.replace(",", " ").split()]
    given = [word for word in given if word and word != family]
    if not given or not family:
        return False
    whole, initials = "".join(given), "".join(word[0] for word in given)
    both = {*(one + family for one in (whole, given[0])), *(family + one for one in (whole, given[0]))}
    if any(_holds(letters, name) for name in both):
        return True
    short = {given[0] + family[0], initials + family, family + initials, given[0][0] + family, family + given[0][0]}
    return letters in {one for one in short if len(one) > _SHORTEST}


def _holds(letters: str, name: str) -> bool:
    return len(name) > _SHORTEST and (
        letters.startswith(name) or letters.endswith(name) or (len(name) > 6 and name in letters)
    )


def _by_itself(one: Artefact, authors: Sequence[str]) -> Artefact:
    where = {"text": "abstract", "comments": "authors’ comment"}.get(one.found_in, "")
    if one.official:
        return replace(one, reason=one.reason or f"The {where} names it as the authors’ own.")
    if one.official is False:
        return replace(one, reason=one.reason or f"The {where} calls it another’s.")
    account = account_of(one.url)
    if account and is_handle_of(account, authors):
        return replace(one, official=True, reason=f"Its account, {account}, is named after an author.")
    if one.found_in == _HUGGING_FACE and one.kind in _FIELDS:
        what = "repository" if one.kind == "code" else "project page"
        return replace(one, official=True, reason=f"Hugging Face lists it as the paper’s {what}.")
    if where == "authors’ comment":
        return replace(one, official=True, reason="It stands in the authors’ comment.")
    return one


def _by_company(one: Artefact, owners: Collection[str]) -> Artefact:
    if one.official is not None:
        return one
    if account_of(one.url) in owners:
        return replace(one, official=True, reason="Its account also keeps what is the authors’ own.")
    if one.found_in == _LINKED_THERE:
        return replace(
            one, official=False, reason="Linked to the paper on Hugging Face by an account not known as an author’s."
        )
    mentioned = one.found_in == "text"
    return replace(one, reason="The abstract mentions it and does not say whose it is." if mentioned else "")
