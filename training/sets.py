"""The judged sets on which the weights of fusion are chosen: made from the corpora, no benchmark among them.

Known papers: by title, by a sentence, by another community's title. Topics as people drew them: ACL workshops, by name
and by example. Citations: sentences of abstracts that cite by arXiv number. And the same of one field as a *foreign*
one, asked of an encoder that lacks the words typical of it: what a table meets in a field it was not trained for.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from broadsheet.encoders.static import StaticEncoder
from broadsheet.encoders.terms import UNREAD_WORDS, Terms
from broadsheet.encoders.tokens import words_of
from broadsheet.encoders.weights_file import StaticTable
from broadsheet.search.judged import JudgedSet
from training.corpus import ARXIV, COMMUNITY, SHORTEST_ABSTRACT, Paper, Split, read_jsonl, sentences
from training.teacher import texts_of

ACL = "acl-anthology-2016-2025.jsonl.xz"
SEED = 1
QUERIES = 1_000
EXAMPLES = 500
POOL = 20_000
FIELDS = ("q-bio", "astro-ph", "math")
FOREIGN_COVERAGE = 0.85  # what a table of arXiv knows of the words of biomedical claims is 0.82
_FEWEST_OF_WORKSHOP = 5
_SHORTEST_CITING = 8
_WORKSHOP = re.compile(r"(?:workshop|conference|symposium)\s+(?:on|for)\s+(.+)$", re.IGNORECASE)
_AFTER_NAME = re.compile(r"\s[-–:@]\s|: |, (?:co-?located|volume)|\bat (?:COLING|ACL|EMNLP|LREC)|@")
_YEAR = re.compile(r"\([^)]*\)|\b(?:19|20)\d\d\b|'\d\d")
_SERIES = re.compile(r"acl:\d{4}\.([a-z0-9_]+)-")
_NUMBER = re.compile(
    r"(?<![\d.])(\d{4}\.\d{4,5}|(?:astro-ph|hep-(?:th|ph|ex|lat)|gr-qc|quant-ph|cond-mat|math-ph|math|nucl-th|nucl-ex|cs"
    r"|physics|nlin|q-bio|q-alg|alg-geom|dg-ga|solv-int|chao-dyn|cmp-lg)/\d{7})(?:v\d+)?",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\[[^\]]*\]|\([^)]*\)")
_SCHEME = re.compile(r"arXiv\s*:?", re.IGNORECASE)

Texts = Sequence[tuple[str, str]]


def judged(name: str, queries: Sequence[str], documents: Texts, relevant: Sequence[Iterable[int]]) -> JudgedSet:
    """Return a set out of (title, abstract) documents and, for each query, the places of its relevant ones."""
    return JudgedSet(
        name,
        [{"id": str(at), "title": title, "text": text} for at, (title, text) in enumerate(documents)],
        {str(at): query for at, query in enumerate(queries)},
        {str(at): {str(one): 1 for one in own} for at, own in enumerate(relevant)},
    )


def smaller(whole: JudgedSet, documents: int) -> JudgedSet:
    """Return a set of about so many documents, for an encoder that takes its time: half of them answer its queries.

    Queries are drawn until their relevant documents are half of all; the others are drawn from the rest.
    """
    chance = random.Random(SEED)
    drawn = chance.sample(list(whole.queries), len(whole.queries))
    kept: dict[str, None] = {}
    asked = []
    for key in drawn:
        if len(kept) + len(whole.judged[key]) <= max(documents // 2, 1):
            kept |= dict.fromkeys(whole.judged[key])
            asked.append(key)
    others = [str(line["id"]) for line in whole.documents if str(line["id"]) not in kept]
    kept |= dict.fromkeys(chance.sample(others, min(max(documents - len(kept), 0), len(others))))
    return JudgedSet(
        whole.name,
        [line for line in whole.documents if str(line["id"]) in kept],
        {key: whole.queries[key] for key in asked},
        {key: whole.judged[key] for key in asked},
    )


def at_home(data: Path, split: Split) -> Iterator[JudgedSet]:
    """Yield the sets of fields that a table of arXiv knows."""
    yield _titles("title", split.dev, split.dev)
    yield _sentences("sentence", split.dev, ())
    yield _titles("community", split.community, split.community)
    yield from workshops(data / "corpora")
    yield _citing(data / "corpora")


def of_field(field: str, split: Split, fields: Mapping[str, str]) -> Iterator[JudgedSet]:
    """Yield title and sentence queries of held-out papers of one field, among that field's papers; `fields` by id."""
    held_out = [paper for paper in split.dev if fields.get(paper.id) == field][:QUERIES]
    rest = [paper for paper in split.train if fields.get(paper.id) == field][: POOL - len(held_out)]
    yield _sentences(f"{field} sentence, foreign", held_out, rest)
    yield _titles(f"{field} title, foreign", held_out, [*held_out, *rest])


def fields_of(data: Path) -> dict[str, str]:
    """Return the archive of each arXiv paper's primary category: `cs`, `q-bio`."""
    lines = (line for name in ARXIV for line in read_jsonl(data / "corpora" / name))
    return {str(line["id"]): str((line.get("categories") or ["?"])[0]).split(".")[0] for line in lines}  # type: ignore[index]


def foreign(table: StaticTable, field: str, papers: Sequence[Paper], fields: Mapping[str, str]) -> StaticEncoder:
    """Return an encoder without the words most typical of a field, so that it knows `FOREIGN_COVERAGE` of its words.

    A word is typical by its share of the field's papers over its share of the others. Its row goes, the pairs with it
    go, and it is read by spare rows, as a word that the table never saw.
    """
    own, others = Counter[str](), Counter[str]()
    own_papers, other_papers = 0, 0
    for paper in papers:
        told = set(words_of(f"{paper.title} {paper.abstract}"))
        if fields.get(paper.id) == field:
            own.update(told)
            own_papers += 1
        else:
            others.update(told)
            other_papers += 1
    words = table.terms.words
    lift = np.array([own[word] / own_papers / ((others[word] + 1) / other_papers) for word in words])
    uses = np.array([own[word] for word in words], np.float64)
    read = sum(count for word, count in own.items() if word not in UNREAD_WORDS)
    order = np.argsort(-lift, kind="stable")
    known = uses[order[::-1]].cumsum()[::-1] / read  # what is known if a word and all that are more typical stay away
    dropped = int(np.searchsorted(-known, -FOREIGN_COVERAGE))
    kept = np.ones(len(words), np.bool_)
    kept[order[:dropped]] = False
    return StaticEncoder(_without(table, kept, f"{table.name} without {field}"))


def _without(table: StaticTable, kept: np.ndarray[tuple[int], np.dtype[np.bool_]], name: str) -> StaticTable:
    terms = table.terms
    places = np.cumsum(kept) - 1
    pairs_kept = kept[terms.pairs].all(axis=1)
    first_pair = len(terms.words) + terms.spare
    rows = np.concatenate(
        [
            np.flatnonzero(kept),
            np.arange(len(terms.words), first_pair),
            first_pair + np.flatnonzero(pairs_kept),
        ]
    )
    words = [word for word, keep in zip(terms.words, kept, strict=True) if keep]
    fewer = Terms(words, places[terms.pairs[pairs_kept]].astype(np.int32), terms.spare)
    return StaticTable(name, fewer, table.scales[rows], table.rows[rows], fingerprint=name)


def _titles(name: str, asked: Sequence[Paper], papers: Sequence[Paper]) -> JudgedSet:
    queries = [paper.title for paper in asked[:QUERIES]]
    return judged(name, queries, [("", paper.abstract) for paper in papers], [[at] for at in range(len(queries))])


def _sentences(name: str, asked: Sequence[Paper], rest: Sequence[Paper]) -> JudgedSet:
    """One sentence of each paper finds what is left of it."""
    drawn = [texts_of(paper, SEED)[2] for paper in asked]
    left = [
        (paper.title, " ".join(paper.abstract.split()).replace(one, " "))
        for paper, one in zip(asked, drawn, strict=True)
    ]
    documents = [*left, *((paper.title, paper.abstract) for paper in rest)]
    return judged(name, drawn[:QUERIES], documents, [[at] for at in range(min(len(drawn), QUERIES))])


def workshops(corpora: Path) -> Iterator[JudgedSet]:
    """Yield the workshops of the ACL Anthology as topics: asked by name, and by the title of one of their papers."""
    papers, names = [], {}
    for line in read_jsonl(corpora / ACL):
        series, venue = _SERIES.match(str(line["id"])), str(line.get("venue") or "")
        name, abstract = workshop_topic(venue), str(line.get("abstract") or "")
        if series and name and len(abstract) >= SHORTEST_ABSTRACT:
            names[series.group(1)] = name
            papers.append((series.group(1), str(line["title"]), abstract))
    sizes = Counter(series for series, _, _ in papers)
    wide = [series for series in names if sizes[series] >= _FEWEST_OF_WORKSHOP]
    places = defaultdict(list)
    for at, (series, _, _) in enumerate(papers):
        places[series].append(at)
    documents = [(title, abstract) for _, title, abstract in papers]
    yield judged("workshop", [names[one] for one in wide], documents, [places[one] for one in wide])
    yield _examples(papers, sizes)


def _examples(papers: Sequence[tuple[str, str, str]], sizes: Mapping[str, int]) -> JudgedSet:
    """The title of a workshop's paper finds the workshop's other papers; itself it is not among the documents."""
    chance = random.Random(SEED)
    drawn = chance.sample(range(len(papers)), min(2 * EXAMPLES, len(papers) // 2))
    asked = [at for at in drawn if sizes[papers[at][0]] >= _FEWEST_OF_WORKSHOP][:EXAMPLES]
    away = set(asked)
    rest = [paper for at, paper in enumerate(papers) if at not in away]
    places = defaultdict(list)
    for at, (series, _, _) in enumerate(rest):
        places[series].append(at)
    asked = [at for at in asked if places[papers[at][0]]]
    documents = [(title, abstract) for _, title, abstract in rest]
    return judged("example", [papers[at][1] for at in asked], documents, [places[papers[at][0]] for at in asked])


def workshop_topic(venue: str) -> str:
    """Return what a workshop's proceedings say it is on; "" for what names no workshop or no topic."""
    found = _WORKSHOP.search(venue) if "workshop" in venue.lower() else None
    if not found:
        return ""
    name = " ".join(_YEAR.sub(" ", _AFTER_NAME.split(found.group(1))[0]).split()).strip(" ,.-")
    return name if 2 <= len(name.split()) <= 12 else ""


def _citing(corpora: Path) -> JudgedSet:
    names = (*ARXIV, COMMUNITY)
    papers = {
        str(line["id"]).removeprefix("arxiv:"): (str(line["title"]), str(line.get("abstract") or ""))
        for name in names
        for line in read_jsonl(corpora / name)
    }
    queries, cited, citing = [], [], set()
    for number, (_, abstract) in papers.items():
        for sentence in sentences(abstract) if _NUMBER.search(abstract) else ():
            own = {one for one in _NUMBER.findall(sentence) if one in papers and one != number}
            text = without_numbers(sentence)
            if own and len(text.split()) >= _SHORTEST_CITING and "withdraw" not in text.lower():
                queries.append(text)
                cited.append(own)
                citing.add(number)
    drawn = random.Random(SEED).sample(list(papers), min(POOL, len(papers)))
    pool = list(dict.fromkeys([one for own in cited for one in sorted(own)] + [x for x in drawn if x not in citing]))
    places = {number: at for at, number in enumerate(pool)}
    relevant = [[places[one] for one in own] for own in cited]
    return judged("citing", queries, [papers[number] for number in pool], relevant)


def without_numbers(sentence: str) -> str:
    """Return a citing sentence without the numbers that it cites by, and without brackets that hold one."""
    text = _BRACKETED.sub(lambda found: "" if _NUMBER.search(found.group()) else found.group(), sentence)
    return " ".join(_SCHEME.sub("", _NUMBER.sub("", text)).split())
