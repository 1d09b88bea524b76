"""Hugging Face and Zenodo: what they say of weights, data, Spaces and deposited records.

Hugging Face answers 401 both for what is private and for what was never there; its error code tells them apart.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing, Reply
from broadsheet.papers.paper import ArtefactKind
from broadsheet.reuse.answers import Answer, Api
from broadsheet.reuse.facts import (
    Facts,
    count_of,
    environment_of,
    moment_of,
    object_of,
    text_of,
    texts_of,
)

_REPOSITORY = re.compile(r"https://huggingface\.co/(?:(datasets|spaces)/)?([\w.-]+/[\w.-]+)", re.ASCII)
_RECORD = re.compile(r"https://zenodo\.org/records/(\d{1,12})", re.ASCII)
_MOST_TAGS = 200
_FRAMEWORKS = {"transformers": "Transformers", "diffusers": "Diffusers", "peft": "PEFT", "pytorch": "PyTorch"}
_RESOURCES: dict[str, ArtefactKind] = {"software": "code", "dataset": "data", "model": "model", "workflow": "code"}


class HuggingFace:
    """Asks for models, datasets and Spaces."""

    name = "huggingface.co"
    prefixes: tuple[str, ...] = ("https://huggingface.co/",)
    per_hour = 300

    def __init__(self, outgoing: Outgoing, clock: Clock, *, base_url: str) -> None:
        self._api = Api(outgoing, clock, "Hugging Face")
        self._base_url = base_url

    def takes(self, url: str) -> bool:
        """Say whether `url` is a repository here; a person's page or a collection has no such record."""
        found = _REPOSITORY.fullmatch(url)
        return bool(found) and not url.startswith("https://huggingface.co/collections/")

    def ask(self, url: str, etag: str) -> Answer:
        """Ask for one repository."""
        found = _REPOSITORY.fullmatch(url)
        kind, path = (found[1] or "models", found[2]) if found else ("models", "")
        place = "https://huggingface.co/" + ("" if kind == "models" else f"{kind}/")

        def adapt(told: Mapping[str, Any]) -> Answer:
            name = text_of(told.get("id"))
            stands = place + name if name and _REPOSITORY.fullmatch(place + name) else None
            return self._api.there(_hub_facts(told), url, stands)

        return self._api.ask(f"{self._base_url}/api/{kind}/{path}", etag, adapt, _refused)


def _refused(reply: Reply) -> Answer | None:
    code = reply.headers.get("x-error-code", "")
    if code == "GatedRepo":
        return Answer("alive", "Hugging Face has it, behind a form.", Facts(gated=True))
    if reply.status == 401 or code == "RepoNotFound":
        return Answer("dead", "Hugging Face does not have it, or not for everybody.")
    return None


def _hub_facts(told: Mapping[str, Any]) -> Facts:
    card = object_of(told.get("cardData"))
    tags = _tags(told.get("tags"))
    framework = text_of(told.get("library_name")) or text_of(card.get("library_name")) or text_of(told.get("sdk"))
    files = told.get("siblings")
    return Facts(
        licence=_hub_licence(card, tags),
        likes=count_of(told.get("likes")),
        downloads=count_of(told.get("downloads")),
        archived=True if told.get("disabled") is True else None,
        pushed_at=moment_of(told.get("lastModified")),
        size=count_of(told.get("usedStorage")),
        parameters=count_of(object_of(told.get("safetensors")).get("total")),
        framework=_FRAMEWORKS.get(framework or "", framework),
        task=text_of(told.get("pipeline_tag")),
        base_models=texts_of(card.get("base_model")) or tuple(_tagged(tags, "base_model:")),
        trained_on=texts_of(card.get("datasets")),
        gated=(told.get("gated") is not False) if "gated" in told else None,
        environment=environment_of(
            [object_of(one).get("rfilename") for one in files] if isinstance(files, list) else 0
        ),
    )


def _tags(value: object) -> tuple[str, ...]:
    return tuple(tag for tag in value[:_MOST_TAGS] if isinstance(tag, str)) if isinstance(value, list) else ()


def _hub_licence(card: Mapping[str, Any], tags: tuple[str, ...]) -> str | None:
    """Return the licence by its name; "other" says that it has one of its own, whose name the card may tell."""
    told = next(iter(texts_of(card.get("license"))), None) or next(_tagged(tags, "license:"), None)
    return (text_of(card.get("license_name")) or told) if told == "other" else told


def _tagged(tags: tuple[str, ...], prefix: str) -> Iterator[str]:
    for tag in tags:
        named = tag.removeprefix(prefix)
        if named != tag and ":" not in named:  # `base_model:finetune:x` says it once more
            yield named


class Zenodo:
    """Asks for records on Zenodo."""

    name = "zenodo.org"
    prefixes: tuple[str, ...] = ("https://zenodo.org/",)
    per_hour = 100

    def __init__(self, outgoing: Outgoing, clock: Clock, *, base_url: str) -> None:
        self._api = Api(outgoing, clock, "Zenodo")
        self._base_url = base_url

    def takes(self, url: str) -> bool:
        """Say whether `url` is a record here."""
        return bool(_RECORD.fullmatch(url))

    def ask(self, url: str, etag: str) -> Answer:
        """Ask for one record."""
        found = _RECORD.fullmatch(url)
        record = f"{self._base_url}/api/records/{found[1] if found else ''}"
        return self._api.ask(record, etag, lambda told: self._api.there(_record_facts(told), url, None))


def _record_facts(told: Mapping[str, Any]) -> Facts:
    about = object_of(told.get("metadata"))
    files = told.get("files")
    sizes = [count_of(object_of(one).get("size")) or 0 for one in files] if isinstance(files, list) else []
    access = text_of(about.get("access_right"))
    return Facts(
        licence=text_of(object_of(about.get("license")).get("id")),
        downloads=count_of(object_of(told.get("stats")).get("downloads")),
        pushed_at=moment_of(told.get("modified")) or moment_of(told.get("created")),
        size=sum(sizes) or None,
        gated=access != "open" if access else None,
        kind=_RESOURCES.get(text_of(object_of(about.get("resource_type")).get("type")) or ""),
        doi=text_of(told.get("doi")),
        version=text_of(about.get("version")),
    )
