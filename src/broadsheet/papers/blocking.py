"""Makes the few keys under which a record is looked for, so that never all records are compared with all.

Whether two records with a key in common are one work is `evidence`'s to say.
Keys are kept in the database: whoever changes how they are made raises `merging.RULES`, and all are made anew.
"""

import hashlib

from broadsheet.papers import people, sketch, titles, traces
from broadsheet.papers.records import SourceRecord

# Each stands for a thirty-second of the abstract's runs of words; one of them alike is enough. Of two abstracts with
# half their runs in common nine in ten are found by them, of those with 0.85 in common all but three in a thousand.
_FROM_ABSTRACT = (3, 14, 25)
_SHORTEST_HEAD = 4  # letters


def keys_of(record: SourceRecord) -> dict[int, int]:
    """Return the keys of a record, each a whole number of 63 bits: by title, by its head, and by its abstract.

    What is not telling enough alone goes together with the first author's family name. With each key stands the trace
    that says who needs no comparing for its sake (`traces`): those from abstracts have one.
    """
    found = []
    whole = titles.normalised(record.title)
    if titles.is_telling(record.title):
        found.append(f"t|{whole}")
    family = people.first_family(record.authors)
    if not family:
        return {_number(one): traces.UNTOLD for one in found}
    head = titles.normalised(titles.head(record.title))
    headed = len(head) >= _SHORTEST_HEAD
    if headed:
        found.append(f"h|{head}|{family}")
    keys = {_number(one): traces.UNTOLD for one in found}
    made = None if record.summary else sketch.sketch(sketch.words(record.abstract))
    if made is not None:
        # Without a head two equal titles may meet by their abstracts alone, and other rules then hold for them.
        trace = traces.of(record) if headed else traces.UNTOLD
        keys |= {_number(f"a|{place}|{made[place]}|{family}"): trace for place in _FROM_ABSTRACT}
    return keys


def _number(text: str) -> int:
    hashed = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(hashed, "big") >> 1
