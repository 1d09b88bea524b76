"""Statements written as Turtle and as JSON-LD: the same graph in both, without asking anybody for a context.

What is stated is `graph`'s matter. Texts come from strangers: whatever they hold stays within its quotes, and an
address that could end its brackets is written in percent signs.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from broadsheet.reuse.graph import PREFIXES, TYPE, Blank, Literal, Node, Term, Triple

# What may not stand between the angle brackets of an address (RDF 1.1 Turtle, IRIREF).
_NOT_IN_ADDRESS = re.compile(r"[\x00-\x20<>\"{}|^`\\]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_SHORT = re.compile(r"([a-z0-9]+):([A-Za-z][\w-]*)", re.ASCII)


def turtle(triples: Iterable[Triple]) -> str:
    """Return the graph as Turtle, one subject after the other."""
    lines = [f"@prefix {name}: <{address}> ." for name, address in PREFIXES.items()]
    for subject, said in _by_subject(triples).items():
        parts = [f"{'a' if name == TYPE else name} {', '.join(map(_term, terms))}" for name, terms in said.items()]
        lines += ["", f"{_term(subject)}\n    " + " ;\n    ".join(parts) + " ."]
    return "\n".join(lines) + "\n"


def json_ld(triples: Iterable[Triple]) -> str:
    """Return the graph as flattened JSON-LD that carries its own context."""
    nodes = []
    for subject, said in _by_subject(triples).items():
        node: dict[str, Any] = {"@id": _id(subject)}
        for name, terms in said.items():
            key = "@type" if name == TYPE else name
            values = [_id(term) if name == TYPE else _value(term) for term in terms]  # type: ignore[arg-type]
            node[key] = values[0] if len(values) == 1 else values
        nodes.append(node)
    return json.dumps({"@context": PREFIXES, "@graph": nodes}, ensure_ascii=False, indent=1) + "\n"


def _by_subject(triples: Iterable[Triple]) -> Mapping[Node | Blank, dict[str, list[Term]]]:
    """Bring together what is said of each subject; what is said twice is said once."""
    found: dict[Node | Blank, dict[str, list[Term]]] = {}
    for subject, name, term in triples:
        terms = found.setdefault(subject, {}).setdefault(name, [])
        if term not in terms:
            terms.append(term)
    return found


def _term(term: Term) -> str:
    if isinstance(term, Node):
        return term.name if _is_short(term.name) else f"<{_address(term.name)}>"
    if isinstance(term, Blank):
        return f"_:{term.label}"
    text = "".join(
        _ESCAPES.get(c, c if c >= " " and c.isprintable() else f"\\u{ord(c):04X}" if ord(c) < 0x10000 else c)
        for c in term.text
    )
    return f'"{text}"' + (f"^^{term.datatype}" if term.datatype else "")


def _id(term: Node | Blank) -> str:
    if isinstance(term, Blank):
        return f"_:{term.label}"
    return term.name if _is_short(term.name) else _address(term.name)


def _value(term: Term) -> object:
    if isinstance(term, Literal):
        return {"@value": term.text, "@type": term.datatype} if term.datatype else term.text
    return {"@id": _id(term)}


def _is_short(name: str) -> bool:
    found = _SHORT.fullmatch(name)
    return bool(found) and found[1] in PREFIXES  # type: ignore[index]


def _address(address: str) -> str:
    return _NOT_IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", address)
