"""Whether the files of one index are those that its manifest speaks of, and whether what is in them is what should be.

What to do about it is `index`'s matter. Files that were verified before and look untouched are not read again.
"""

from __future__ import annotations

from pathlib import Path

from broadsheet.search import columns, lexical, verified
from broadsheet.search.engine import Ids
from broadsheet.search.manifest import Manifest, State
from broadsheet.search.verified import Verified


def fault(root: Path, held: Manifest, known: Verified | None) -> str | None:
    """Return what is wrong with the files, in words, and note them as verified if nothing is.

    What `known` vouches for is not read. Raises `OSError` where something cannot be read at all.
    """
    place = root / held.directory
    looks = verified.looks(root, lexical.marks(place / "text"))
    found = lexical.fault(place / "text", known)
    if found:
        return found
    state = lexical.TextReader(place / "text").state
    if state.commit < held.state.commit:
        return "its text half is older than its manifest"
    looks |= verified.looks(root, columns.marks(place, state.files))  # as they are before they are read
    found = columns.fault(place, state.files, verified=known)
    if not found:
        verified.note(root, looks)
    return found


def vouch(root: Path, directory: str, state: State) -> None:
    """Note that what a writer left is right: it verified what it found and wrote the rest."""
    place = root / directory
    files = columns.marks(place, state.files) | lexical.marks(place / "text")
    verified.note(root, verified.looks(root, files))


def differences(half: str, ids: Ids, known: set[int]) -> list[str]:
    """Return how the papers of one half differ from those that there are, in words."""
    held = set(ids.tolist())
    faults = []
    if len(held) < len(ids):
        faults.append(f"The {half} hold {len(ids) - len(held):,} papers twice.")
    if known - held:
        faults.append(f"The {half} lack {len(known - held):,} papers, such as paper:{min(known - held)}.")
    if held - known:
        faults.append(f"The {half} hold {len(held - known):,} papers that the database has not.")
    return faults
