"""GitHub and GitLab: what their APIs say of a repository, from stars to the last push.

Without a token GitHub answers 60 requests an hour for one address, so each repository costs exactly one; with a token
a second one lists its files.
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from broadsheet.clock import Clock
from broadsheet.outgoing import Outgoing, Unreachable
from broadsheet.reuse.answers import Answer, Api, Paused
from broadsheet.reuse.facts import (
    Facts,
    count_of,
    environment_of,
    moment_of,
    object_of,
    text_of,
    truth_of,
)

_REPOSITORY = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+)", re.ASCII)
_NO_LICENCE = frozenset({"NOASSERTION", "other"})
_KILOBYTE = 1024


class GitHub:
    """Asks for repositories on GitHub."""

    name = "github.com"
    prefixes: tuple[str, ...] = ("https://github.com/",)

    def __init__(self, outgoing: Outgoing, clock: Clock, *, base_url: str, token: str = "") -> None:
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        self._api = Api(
            outgoing, clock, "GitHub", headers=headers | ({"Authorization": f"Bearer {token}"} if token else {})
        )
        self._base_url = base_url
        self._has_token = bool(token)
        self.per_hour = 2_000 if token else 50

    def takes(self, url: str) -> bool:
        """Say whether `url` is a repository here."""
        return bool(_REPOSITORY.fullmatch(url))

    def ask(self, url: str, etag: str) -> Answer:
        """Ask for one repository."""
        found = _REPOSITORY.fullmatch(url)
        path = f"{found[1]}/{found[2]}" if found else ""

        def adapt(told: Mapping[str, Any]) -> Answer:
            return self._api.there(_facts(told, self._files(path)), url, text_of(told.get("html_url")))

        return self._api.ask(f"{self._base_url}/repos/{path}", etag, adapt)

    def _files(self, path: str) -> tuple[str, ...] | None:
        """Return which files at its root say what it needs; not asked for where each request counts."""
        if not self._has_token:
            return None
        try:
            reply = self._api.get(f"{self._base_url}/repos/{path}/contents/")
            listed = json.loads(reply.body) if reply.status == 200 else None
        except (Unreachable, Paused, ValueError, RecursionError):
            return None
        return environment_of([object_of(one).get("name") for one in listed]) if isinstance(listed, list) else None


def _facts(told: Mapping[str, Any], environment: tuple[str, ...] | None) -> Facts:
    licence = object_of(told.get("license"))
    name = text_of(licence.get("spdx_id"))
    size = count_of(told.get("size"))
    parent = object_of(told.get("parent"))
    return Facts(
        licence=(None if name in _NO_LICENCE else name) or None,
        stars=count_of(told.get("stargazers_count")),
        archived=truth_of(told.get("archived")),
        pushed_at=moment_of(told.get("pushed_at")),
        size=size * _KILOBYTE if size is not None else None,
        language=text_of(told.get("language")),
        fork_of=text_of(parent.get("html_url")) if told.get("fork") is True else None,
        description=text_of(told.get("description")) or "",
        environment=environment,
    )


class GitLab:
    """Asks for projects on gitlab.com."""

    name = "gitlab.com"
    prefixes: tuple[str, ...] = ("https://gitlab.com/",)
    per_hour = 100

    def __init__(self, outgoing: Outgoing, clock: Clock, *, base_url: str) -> None:
        self._api = Api(outgoing, clock, "GitLab")
        self._base_url = base_url

    def takes(self, url: str) -> bool:
        """Say whether `url` is a project here."""
        return url.startswith(self.prefixes)

    def ask(self, url: str, etag: str) -> Answer:
        """Ask for one project."""
        path = quote(urlsplit(url).path.strip("/"), safe="")

        def adapt(told: Mapping[str, Any]) -> Answer:
            return self._api.there(_project_facts(told), url, text_of(told.get("web_url")))

        return self._api.ask(f"{self._base_url}/api/v4/projects/{path}?license=true", etag, adapt)


def _project_facts(told: Mapping[str, Any]) -> Facts:
    return Facts(
        licence=text_of(object_of(told.get("license")).get("key")),
        stars=count_of(told.get("star_count")),
        archived=truth_of(told.get("archived")),
        pushed_at=moment_of(told.get("last_activity_at")),
        fork_of=text_of(object_of(told.get("forked_from_project")).get("web_url")),
        description=text_of(told.get("description")) or "",
    )
