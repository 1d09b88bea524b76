"""The ACL Anthology as a source: the files of its repository that have changed since the last round.

When it is asked again, `harvest` decides; how it is asked politely, `outgoing`.
A folder's hash names its list for good, so a round compares the list it ended with to the newest one and reads what
differs, file by file. A file whose bytes are not those that the list names comes in and is read again the next time.
"""

import hashlib
from collections.abc import Collection, Generator, Iterator, Sequence
from datetime import timedelta
from typing import Any

from broadsheet.clock import Clock
from broadsheet.errors import Invalid
from broadsheet.outgoing import Outgoing, Reply
from broadsheet.papers.identifiers import Identifier, find, parse
from broadsheet.papers.paper import Artefact, Version
from broadsheet.papers.records import SourceRecord
from broadsheet.sources.acl.parser import papers, read_head, read_tree
from broadsheet.sources.acl.wire import Paper, TreeEntry
from broadsheet.sources.answers import Upstream
from broadsheet.sources.connector import Batch, Cursor, Rejected
from broadsheet.sources.fields import day, named, sorted_out, titled
from broadsheet.sources.linked import links

BATCH = 500
MAX_BYTES = 60_000_000  # thirty thousand papers of 2 kB: several times the largest conference
_LICENCE, _LICENSED_SINCE = "CC-BY-4.0", 2016  # of what stands in the anthology itself
_FOLDERS = ("data", "xml")
_ACCEPT = {"Accept": "application/vnd.github+json"}


class AclConnector:
    """Harvests the anthology's collections of some venues, or of all, from one year on."""

    name = "acl-anthology"
    title = "ACL Anthology"
    upstream = "github"
    schedule = timedelta(hours=24)

    def __init__(
        self,
        outgoing: Outgoing,
        clock: Clock,
        *,
        api_url: str = "https://api.github.com/repos/acl-org/acl-anthology",
        raw_url: str = "https://raw.githubusercontent.com/acl-org/acl-anthology",
        venues: Collection[str] = (),
        since: int = 0,
        token: str = "",
        timeout: float = 120.0,
    ) -> None:
        """`venues` are those of file names (`acl`, `emnlp`, `tacl`), all if empty; `since` is the first year, 0 for
        last year and this; `token` is told to `api_url` alone; `timeout` is the longest that one request may take, in
        seconds.
        """
        self._clock = clock
        self._api_url = api_url
        self._raw_url = raw_url
        self._venues = frozenset(venue.lower() for venue in venues)
        self._since = since
        self._headers = {**_ACCEPT, **({"Authorization": f"Bearer {token}"} if token else {})}
        self._server = Upstream(outgoing, self.title, timeout=timeout, max_bytes=MAX_BYTES)

    def batches(self, cursor: Cursor | None) -> Generator[Batch]:
        """Yield the papers of each file that is new or has changed; raises `Unavailable` when a server fails."""
        state: dict[str, Any] = {"scope": self._scope()}
        if cursor and cursor.get("scope") == state["scope"]:
            state = dict(cursor)
        if "tree" not in state:
            commit, tree = self._newest()
            state |= {"commit": commit, "tree": tree, "after": "", "at": 0, "doubtful": []}
        for entry in self._changed(state):
            found, is_doubtful = self._file(state["commit"], entry)
            # The file is of one commit, so that a place in it stays the same place.
            while len(found) > (after := state["at"] + BATCH):
                some = found[state["at"] : after]
                state["at"] = after
                yield Batch(*adapt(some), dict(state))
            rest, doubtful = found[state["at"] :], [entry.name] if is_doubtful else []
            state |= {"after": entry.name, "at": 0, "doubtful": [*state["doubtful"], *doubtful]}
            yield Batch(*adapt(rest), dict(state))
        yield Batch((), (), {"scope": state["scope"], "base": state["tree"], "again": state["doubtful"]}, done=True)

    def _scope(self) -> str:
        return f"{' '.join(sorted(self._venues))} {self._first_year()}"

    def _first_year(self) -> int:
        return self._since or self._clock.now().year - 1

    def _newest(self) -> tuple[str, str]:
        """Return the newest commit and the hash of the folder that holds the collections."""
        commit, tree = self._server.ask(f"{self._api_url}/branches/master", read_head, headers=self._headers)
        for folder in _FOLDERS:
            found = {entry.name: entry.sha for entry in self._tree(tree)}
            if folder not in found:
                raise Invalid(
                    f"{self._api_url} holds no folder {'/'.join(_FOLDERS)}; check BROADSHEET_ACL_API_URL.",
                    field="acl_api_url",
                    value=folder,
                )
            tree = found[folder]
        return commit, tree

    def _tree(self, sha: str) -> tuple[TreeEntry, ...]:
        return self._server.ask(f"{self._api_url}/git/trees/{sha}", read_tree, headers=self._headers)

    def _known(self, sha: str) -> dict[str, str]:
        """Return the hashes of the files that an earlier round ended with; none where that list is gone."""
        entries = self._server.ask(
            f"{self._api_url}/git/trees/{sha}",
            lambda reply: () if reply.status == 404 else read_tree(reply),
            headers=self._headers,
            accepted=(200, 404),
        )
        return {entry.name: entry.sha for entry in entries}

    def _changed(self, state: dict[str, Any]) -> Iterator[TreeEntry]:
        again = set(state.get("again", ()))
        if state["tree"] == state.get("base") and not again:
            return
        before = self._known(state["base"]) if state.get("base") else {}
        for entry in sorted(self._tree(state["tree"]), key=lambda entry: entry.name):
            if entry.name <= state["after"] or not self._is_wanted(entry.name):
                continue
            if entry.name in again or before.get(entry.name) != entry.sha:
                yield entry

    def _is_wanted(self, name: str) -> bool:
        """Say whether a file such as `2024.acl.xml`, or `P18.xml` of before 2020, is of a venue and year asked for."""
        stem, _, ending = name.rpartition(".")
        if ending != "xml" or not stem:
            return False
        if stem[0].isalpha():  # until 2019 a file was named by a letter and two digits of a year
            digits = stem[1:3]
            year = int(digits) + (1900 if int(digits) >= 60 else 2000) if digits.isascii() and digits.isdigit() else 0
            return not self._venues and year >= self._first_year()
        digits, _, venue = stem.partition(".")
        year = int(digits) if digits.isascii() and digits.isdigit() else 0
        return year >= self._first_year() and (not self._venues or venue in self._venues)

    def _file(self, commit: str, entry: TreeEntry) -> tuple[Sequence[Paper], bool]:
        """Return the papers of a file, and whether its bytes are others than the list names."""

        def read(reply: Reply) -> tuple[Sequence[Paper], bool]:
            found = list(papers(reply.body, reply.headers.get("content-type", "")))
            return found, _git_hash(reply.body) != entry.sha

        return self._server.ask(f"{self._raw_url}/{commit}/{'/'.join(_FOLDERS)}/{entry.name}", read)


def adapt(some: Sequence[Paper]) -> tuple[tuple[SourceRecord, ...], tuple[Rejected, ...]]:
    """Turn papers into records; one without a usable id or title is rejected and the rest comes in."""
    return sorted_out(((wire.url or f"{wire.collection}, paper {wire.number}", wire) for wire in some), record_of)


def record_of(wire: Paper) -> SourceRecord:
    """Turn one paper into the common shape; raises `Invalid` with the reason if that cannot be done."""
    own = _identifier(wire)
    published, precision = day(f"{wire.volume.month} {wire.volume.year}".strip())
    return SourceRecord(
        source="acl-anthology",
        key=own.value,
        title=titled(wire.title),
        abstract=wire.abstract,
        authors=tuple(filter(None, (f"{one.first} {one.last}".strip() for one in wire.authors))),
        published=published,
        date_precision=precision,
        identifiers=tuple(dict.fromkeys((own, *(doi for doi in named("doi", wire.doi) if doi.scheme == "doi")))),
        categories=wire.volume.venues,
        links=(f"https://aclanthology.org/{own.value}/",),
        artefacts=tuple(_artefacts(wire)),
        versions=tuple(_versions(own, wire)),
        venue=wire.volume.booktitle or wire.volume.journal,
        licence=_LICENCE if published and published.year >= _LICENSED_SINCE and find(wire.url) == own else "",
        withdrawn=wire.withdrawn,
        payload=wire.xml,
    )


def _identifier(wire: Paper) -> Identifier:
    """Return the paper's own id, which its address is, or which its place in the anthology makes."""
    told = find(wire.url)
    if told is not None and told.scheme == "acl":
        return told
    if not wire.collection[:1].isalpha():
        return parse(f"acl:{wire.collection}-{wire.volume.id}.{wire.number}")
    width = 2 if wire.collection[0] == "W" else 1  # workshops are many, and short
    return parse(f"acl:{wire.collection}-{wire.volume.id:0>{width}}{wire.number:0>{4 - width}}")


def _artefacts(wire: Paper) -> Iterator[Artefact]:
    for url in links(wire.code):
        yield Artefact("code", url, found_in="acl-anthology")
    for url in links(wire.data):
        yield Artefact("data", url, found_in="acl-anthology")


def _versions(own: Identifier, wire: Paper) -> Iterator[Version]:
    for number, written in wire.revisions:
        if number.isascii() and number.isdigit() and len(number) < 4:
            yield Version(own, int(number), day(written)[0])


def _git_hash(body: bytes) -> str:
    """Return the name that git gives to a file with these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
