"""What names a paper: arXiv, DOI, ACL, OpenAlex, Semantic Scholar and OpenReview ids, parsed from ids and URLs.

Which paper an identifier belongs to is the catalogue's matter.
An identifier never carries a version: `2401.00001v3` and `2401.00001` name one paper.
"""

from dataclasses import dataclass
from typing import Literal

Scheme = Literal["arxiv", "doi", "acl", "openalex", "s2", "openreview"]


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """One identifier in canonical form; `str` gives `scheme:value`."""

    scheme: Scheme
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"
