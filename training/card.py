"""The model card that stands beside the weights, written from what a run did and measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_TEXT = """\
# {name}

The embedded encoder of Broadsheet: a table of int8 vectors for words and pairs of neighbouring words. A text's vector
is the sum of its rows, each weighted by log(1 + count), scaled to unit length; a paper's title counts three times.
Made by `python -m training.static`; no part of it is edited by hand.

| | |
| --- | --- |
| dimension | {dimension} |
| rows | {rows:,}: {words:,} words, {spare:,} spare rows for unknown words, {pairs:,} pairs |
| file | {megabytes:.1f} MB, sha256 begins `{fingerprint}` |
| seed | {seed} |
| time to train | {minutes:.0f} minutes, without what the teacher's cache held before |

## Data and teacher
- Text: titles and abstracts of {papers:,} papers: {source}.
- Held out: {dev:,} papers{elsewhere}. No retrieval benchmark is read.
- Teacher: sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0), in bfloat16, texts cut at 128 tokens. It read
  {taught:,} of the papers, each three ways (title with abstract, title, one sentence of the abstract), and
  {spoken:,} single words: all of the training papers but numbers, and its own whole words.
- Words: those in at least 6 training papers, and the teacher's own whole words that occur at all.
{licence}
## How it is made
1. The teacher's vectors are centred and cut to {dimension} principal components; those of single words are centred on
   their own mean.
2. Ridge least squares from idf-weighted bags of terms to those vectors (conjugate gradients); a single word counts
   three tenths of a text.
3. {epochs} epochs of contrastive training over all the papers: title and abstract, sentence and the rest of its
   paper, in batches of {batch:,}; {topical:.0%} of the batches that the teacher covers hold papers near to one another.
   Half the sentences are drawn afresh. The loss is InfoNCE, the teacher's ranking of the batch's other papers, and the
   distance to the teacher's own vectors of papers and of single words, which keeps the table in the teacher's space.
4. {rotation}; then int8, a scale a row.

## Figures on held-out development sets
nDCG@10 x 100 of the table alone. Title and sentence: find the own abstract (or the rest of it) among {dev:,} held-out
papers. Community: titles of Hugging Face Daily Papers, among their {community:,} abstracts. Topic: the ten papers that
the teacher ranks first for a title. Sign recall: share of the exact best ten of {dev:,} that are
among the 500 nearest by Hamming distance of the signs; before the rotation the axes are principal ones, whose signs
say little.

{development}

"""
ARXIV_DATA = "arXiv's metadata (CC0), a sample of 1993 to 2019, and 2025 to 2026"
_HELD_ELSEWHERE = """, every arXiv paper that also stands among the {community:,} Hugging Face
  Daily Papers, and every paper of the `arxiv-primary-category` benchmark where that lies beside the corpora"""
_OUR_OWN = "- The table is our own work, Apache-2.0 as the rest of Broadsheet.\n"
_TURNED_FOR_SIGNS = "A rotation by iterative quantisation, so that sign bits alone find the nearest papers"
_TURNED_TO = """A rotation onto the axes of {older} (orthogonal Procrustes), so that galleries of that table stay
   searchable and sign bits alone find the nearest papers"""
_LIMITS = """\
## Limits
- English, and the vocabulary of its training papers: other fields and other languages are read through few words.
- A word outside the vocabulary is read by its pieces of five letters, in rows that many words share.
- It knows no word order beyond pairs of neighbours, and no negation. It is meant to be fused with BM25.
- It inherits what the teacher and the authors of arXiv papers take for granted.
"""


@dataclass(frozen=True)
class Facts:
    """What a run did, for the card's placeholders."""

    name: str
    dimension: int
    words: int
    spare: int
    pairs: int
    megabytes: float
    fingerprint: str
    seed: int
    minutes: float
    papers: int
    dev: int
    community: int
    taught: int
    spoken: int
    source: str
    older: str
    epochs: int
    batch: int
    topical: float

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return self.words + self.spare + self.pairs

    @property
    def elsewhere(self) -> str:
        """What else was held out, told after the number of held-out papers."""
        return _HELD_ELSEWHERE.format(community=self.community) if self.community else ""

    @property
    def licence(self) -> str:
        """A line on the table's licence, for the table that ships alone: of others, their makers must tell."""
        return _OUR_OWN if self.source == ARXIV_DATA else ""

    @property
    def rotation(self) -> str:
        """How the axes were chosen."""
        return _TURNED_TO.format(older=self.older) if self.older else _TURNED_FOR_SIGNS


def card(facts: Facts, development: Mapping[str, Mapping[str, float]]) -> str:
    """Return the card; `development` gives for each stage its figures by task."""
    told = {name: getattr(facts, name) for name in ("rows", "elsewhere", "rotation", "licence")}
    filled = _TEXT.format(**vars(facts), **told, development=table_of("stage", development))
    return filled + _LIMITS


def with_section(text: str, heading: str, body: str) -> str:
    """Return the card with a section put before its limits, in place of an earlier one of that heading."""
    before, _, rest = text.partition(f"## {heading}\n")
    if rest:
        text = before + rest[rest.index("## ") :]
    at = text.index("## Limits")
    return f"{text[:at]}## {heading}\n{body}\n\n{text[at:]}"


def table_of(corner: str, rows: Mapping[str, Mapping[str, float]]) -> str:
    """Return a Markdown table of shares as percentages, one row for each entry."""
    columns = list(dict.fromkeys(name for figures in rows.values() for name in figures))
    lines = [f"| {corner} | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    for name, figures in rows.items():
        cells = (f"{100 * figures[column]:.1f}" if column in figures else "" for column in columns)
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
