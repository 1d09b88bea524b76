"""What the words around a link say of it: which kinds are named, whether it is announced, and as whose.

Read where the address itself does not tell, as on Zenodo or on somebody's own site.
Words are a hint: what a host says of itself is believed first.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from broadsheet.papers.mentions import Mention
from broadsheet.papers.paper import ArtefactKind

_KINDS: dict[ArtefactKind, re.Pattern[str]] = {
    "code": re.compile(
        r"\b(?:codes?|codebase|code-?base|implementations?|softwares?|(?<!open-)(?<!open )source|librar(?:y|ies)"
        r"|packages?|tool(?:s|kits?|box(?:es)?)?|scripts?|repositor(?:y|ies)|repo|framework|notebooks?|github|gitlab|compiler|solver"
        r"|simulator|plug-?in|artifacts?)\b",
        re.I,
    ),
    "model": re.compile(r"\b(?:models?|weights|checkpoints?)\b", re.I),
    "data": re.compile(r"\b(?:data|data-?sets?|corpus|corpora|benchmarks?|treebanks?|annotations|lexicons?)\b", re.I),
    "demo": re.compile(r"\b(?:demos?|demonstrations?|playground|demonstrator|live system)\b(?! ?videos?)", re.I),
    "project": re.compile(
        r"\b(?:project (?:web)?(?:page|site|website|link|url)|project:"
        r"|(?:web|home)[ -]?(?:page|site)|page|leaderboard|documentation)\b|\bproject\W*$",
        re.I,
    ),
}
# A repository on a code host is one of data where a set of data, and nothing else, is what the sentence offers.
_SET_OFFERED = re.compile(
    r"\b(?:data-?sets?|corpus|corpora|benchmarks?|treebanks?)\b[^.]{0,60}"
    r"(?:\b(?:available|accessible|released?|shared?|published|accessed|found|downloaded|provided|hosted)\b|:\s*$)",
    re.I,
)
_MORE_THAN_DATA = re.compile(r"\b(?:models?|weights|methods?|platform|harness|evaluation|experiments?|results)\b", re.I)
# Sites of meetings and journals are named beside a paper as often as its own.
_MEETING = re.compile(
    r"\b(?:workshop|conference|symposium|journal|proceedings|challenge|competition|society|issue)\b", re.I
)
_PERSONAL = re.compile(
    r"\b(?:my|personal|private|author(?:['’]?s|s['’])?) (?:\w+ )?(?:home ?page|web ?(?:page|site)|page)\b", re.I
)
_PAPER_ITSELF = re.compile(
    r"\b(?:pre-?print|pre-?regist\w+|slides|poster|this (?:paper|article)|version of record)\b", re.I
)
_ANNOUNCED = re.compile(
    r"\b(?:available|accessible|accessed|released?|releasing|found|download(?:ed|able)?|provided?|published"
    r"|open-?sourced?|hosted|shared?|visit|see|at|via|access|here|check out)\b|:\s*$|\(\s*$|\{\s*$|\[\s*$",
    re.I,
)
_DONE = "(?:available|released|accessible|open-?sourced|published|provided|found|accessed)"
_OURS = re.compile(
    "|".join(
        (
            r"\b(?:ours?|visit|homepage|web ?page|website|this (?:https?|url|link|repository))\b",
            r"\bwe (?:\w+ )?(?:release|provide|make|publish|share|open-?source|offer)\b",
            r"\bwe have (?:released|made|published)\b",
            rf"\b(?:is|are|be|been|made|will be) (?:\w+ ){{0,3}}{_DONE}\b",
            r"\bcan be (?:\w+ )?(?:found|accessed|downloaded|obtained)\b",
            r"\b(?:available|released) (?:\w+ )?(?:at|on|from|in|here|via|through|under)\b",
            r"\bproject (?:web)?(?:page|site|website)\b",
            r"\b(?:codes?|data(?:sets?)?|demos?|models?|weights|project|page|github|repository|link|video|benchmark)"
            r"\s*(?:and \w+\s*)?(?:[:(\[{]|is|at)\s*[(\[{\\]*",
        )
    ),
    re.I,
)
# "Code at", "Repository:": a label in front of a link.
_LABEL = re.compile(r"(?:\b(?:at|in|on|via|from|here)|:)\W*$", re.I)
_CLOSING = " .,;)]}\n\"'"
_NOT_OFFICIAL = re.compile(r"\b(?:unofficial|third[- ]party)\b", re.I)
_OTHERS = re.compile(
    r"\b(?:re-?implement(?:ation|ed)|based on|built (?:on|upon|with)|using|use[ds]?|extends?|fork(?:ed)? (?:of|from)"
    r"|adapted from|provided by|developed by|such as|e\.g\.|compared? (?:to|with)|baseline)\b",
    re.I,
)
_ORDER: tuple[ArtefactKind, ...] = ("code", "model", "data", "demo", "project")


def kinds_named(words: str) -> tuple[ArtefactKind, ...]:
    """Return the kinds that a sentence names, each once, in the order of their first mention."""
    places = {kind: found.start() for kind, pattern in _KINDS.items() if (found := pattern.search(words))}
    return tuple(sorted(places, key=lambda kind: places[kind]))


def kind_of(named: Sequence[ArtefactKind], place: int, links: int) -> ArtefactKind | None:
    """Return the kind of one of several `links` in a row that share a sentence; None where it names no kind.

    As many links as kinds are told apart by their order: "code and trained models are at A, B". Otherwise one link
    stands for all that is named, and is called by what a reader wants most.
    """
    if links > 1 and links == len(named):
        return named[place]
    return next((kind for kind in _ORDER if kind in named), None)


def is_of_data(words: str) -> bool:
    """Say whether a repository is offered as a set of data and nothing else."""
    said = words.replace("GitHub", "").replace("Github", "")
    more = _MORE_THAN_DATA.search(said) or _KINDS["code"].search(said)
    return bool(_SET_OFFERED.search(said)) and not more


def is_offered(mention: Mention) -> bool:
    """Say whether the authors offer what stands on a site that is not known for artefacts."""
    said = mention.before
    elsewhere = _MEETING.search(said) or _PERSONAL.search(said)
    return whose(mention) is True and bool(_ANNOUNCED.search(said)) and not elsewhere


def is_paper_itself(words: str) -> bool:
    """Say whether a link to a repository for anything is introduced as the paper, its plan or its slides."""
    return bool(_PAPER_ITSELF.search(words))


def whose(mention: Mention) -> bool | None:
    """Return True for what authors name as theirs, False for what they call another's, None where they do not say."""
    nearest = mention.before[-110:]
    if _NOT_OFFICIAL.search(nearest):
        return False
    others = max((found.start() for found in _OTHERS.finditer(nearest)), default=-1)
    ours = max((found.start() for found in _OURS.finditer(nearest)), default=-1)
    if ours > others:
        return True
    # A link that stands by itself, or at the very end, was appended by the authors.
    said = mention.before.rstrip()
    alone = not said or (not mention.after.strip(_CLOSING) and not said.endswith("("))
    labelled = _LABEL.search(nearest) and kinds_named(nearest)
    return True if others < 0 and (alone or labelled) else None


def rows(found: Sequence[Mention], text: str) -> list[tuple[Mention, int, int]]:
    """Return each mention as the words before its row of links introduce it, its place there and the row's length.

    Nothing but joints parts the links of a row: "at A, B and C".
    """
    sorted_out: list[list[Mention]] = []
    for mention in found:
        if sorted_out and _JOINT.fullmatch(text[sorted_out[-1][-1].end : mention.start]):
            sorted_out[-1].append(mention)
        else:
            sorted_out.append([mention])
    return [
        (replace(mention, before=row[0].before), place, len(row))
        for row in sorted_out
        for place, mention in enumerate(row)
    ]


_JOINT = re.compile(r"[\s.,;)}\]]{0,4}(?:and|or|&)?[\s(\\{\[]{0,4}(?:url\{)?")
