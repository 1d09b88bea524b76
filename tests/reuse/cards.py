"""Invented cards: a paper with one artefact of each kind, in each state."""

from datetime import timedelta

from broadsheet.papers.paper import Artefact, Paper
from broadsheet.reuse.facts import Facts
from broadsheet.reuse.store import Check
from tests.conftest import NOON
from tests.invented import paper

CODE = "https://github.com/quill/looms"
GONE = "https://github.com/quill/old-looms"
MODEL = "https://huggingface.co/quill/loom-7b"
COPY = "https://huggingface.co/passerby/loom-7b-GGUF"
DATA = "https://zenodo.org/records/7"


def known_paper() -> Paper:
    own = "The abstract names it as the authors’ own."
    return paper(
        1,
        title='Looms "that" count \\ slowly',
        licence="http://creativecommons.org/licenses/by/4.0/",
        artefacts=(
            Artefact("code", GONE, official=True, reason=own),
            Artefact("code", CODE, "MIT", 41, official=True, reason=own),
            Artefact("model", COPY, official=False, reason="Linked by a passer-by."),
            Artefact("model", MODEL, "apache-2.0", official=True, reason=own),
            Artefact("data", DATA),
        ),
    )


def checks() -> dict[str, Check]:
    def check(url: str, facts: Facts, **more: object) -> Check:
        told = {"state": "alive", "said": "It is there.", "seen_alive_at": NOON, **more}
        return Check(url, "host", checked_at=NOON, due_at=NOON, facts=facts, **told)  # type: ignore[arg-type]

    code = Facts("MIT", stars=41, archived=True, pushed_at=NOON - timedelta(days=40), language="Python", size=2_000_000)
    model = Facts(
        likes=12,
        downloads=3400,
        parameters=7_000_000_000,
        size=14_000_000_000,
        framework="Transformers",
        base_models=("moss/base-7b",),
        trained_on=("quill/moss",),
        environment=("requirements.txt",),
        gated=True,
    )
    gone = {"state": "dead", "said": "It is not there any more (404).", "dead_since": NOON, "seen_alive_at": None}
    return {
        CODE: check(CODE, code),
        GONE: check(GONE, Facts(), **gone),
        MODEL: check(MODEL, model),
        COPY: check(COPY, Facts(fork_of=MODEL)),
    }
