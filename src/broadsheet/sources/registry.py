"""Which connectors an instance has: the built-in ones that its settings name, and those that other packages bring.

What each needs of the settings stands here and nowhere else; how it is harvested is `harvest`'s matter.
A connector is made only where it is named: an instance pays for none that it does not use.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from broadsheet.clock import Clock
from broadsheet.errors import Invalid
from broadsheet.outgoing import Outgoing
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Paper
from broadsheet.settings import Settings
from broadsheet.sources import plugins
from broadsheet.sources.acl.adapter import AclConnector
from broadsheet.sources.arxiv.adapter import ArxivConnector
from broadsheet.sources.arxiv_rss.adapter import ArxivRssConnector
from broadsheet.sources.biorxiv.adapter import BiorxivConnector
from broadsheet.sources.connector import Connector
from broadsheet.sources.feeds.adapter import FeedsConnector
from broadsheet.sources.folder import FolderConnector
from broadsheet.sources.hf.adapter import HfConnector
from broadsheet.sources.openalex.adapter import OpenAlexConnector
from broadsheet.sources.openreview.adapter import OpenReviewConnector
from broadsheet.sources.s2.adapter import S2Connector
from broadsheet.sources.zotero.adapter import ZoteroConnector


class Registry:
    """Makes connectors by their names."""

    def __init__(self, settings: Settings, outgoing: Outgoing, clock: Clock, catalogue: Catalogue) -> None:
        self._settings = settings
        self._outgoing = outgoing
        self._clock = clock
        self._catalogue = catalogue
        self._built_in: dict[str, Callable[[], Connector]] = {
            "hf": self._hf,
            "arxiv": self._arxiv,
            "arxiv-rss": self._arxiv_rss,
            "acl-anthology": self._acl,
            "biorxiv": lambda: self._biorxiv("biorxiv", settings.biorxiv_categories),
            "medrxiv": lambda: self._biorxiv("medrxiv", settings.medrxiv_categories),
            "openalex": self._openalex,
            "semantic-scholar": self._semantic_scholar,
            "openreview": self._openreview,
            "feeds": self._feeds,
            "zotero": self._zotero,
            "folder": self._folder,
        }

    def known(self) -> list[str]:
        """Return the names of all sources that could be harvested here."""
        return list(dict.fromkeys((*self._built_in, *plugins.names())))

    def chosen(self) -> Mapping[str, Connector]:
        """Return the sources that the settings name; raises `Invalid` for one that is not known or lacks a setting."""
        return {name: self._made(name) for name in dict.fromkeys(self._settings.sources)}

    def _made(self, name: str) -> Connector:
        if name in self._built_in:
            return self._built_in[name]()
        if name not in plugins.names():
            raise Invalid(
                f"{name!r:.60} is no source; BROADSHEET_SOURCES may list {', '.join(self.known())}.",
                field="sources",
                value=name,
            )
        options = self._settings.source_options.get(name, {})
        return plugins.connector(name, plugins.Surroundings(self._outgoing, self._clock, options))

    def _needed(self, source: str, setting: str, example: str) -> tuple[str, ...]:
        value: tuple[str, ...] = getattr(self._settings, setting)
        if not value:
            raise Invalid(
                f"The source {source} needs BROADSHEET_{setting.upper()}: list at least one, such as {example}.",
                field=setting,
            )
        return value

    def _hf(self) -> Connector:
        return HfConnector(self._outgoing, self._clock, base_url=self._settings.hf_url, pages=self._settings.hf_pages)

    def _arxiv(self) -> Connector:
        return ArxivConnector(
            self._outgoing,
            self._clock,
            base_url=self._settings.arxiv_url,
            set_spec=self._settings.arxiv_set,
            interval=self._settings.arxiv_interval,
        )

    def _arxiv_rss(self) -> Connector:
        return ArxivRssConnector(
            self._outgoing,
            self._clock,
            feeds=self._needed("arxiv-rss", "arxiv_feeds", "cs.LG"),
            base_url=self._settings.arxiv_rss_url,
            interval=self._settings.arxiv_interval,
        )

    def _acl(self) -> Connector:
        at_github = self._settings.acl_api_url.startswith(f"{self._settings.github_url}/")
        return AclConnector(
            self._outgoing,
            self._clock,
            api_url=self._settings.acl_api_url,
            raw_url=self._settings.acl_raw_url,
            venues=self._settings.acl_venues,
            since=self._settings.acl_since,
            token=self._settings.github_token if at_github else "",
        )

    def _biorxiv(self, server: str, categories: Sequence[str]) -> Connector:
        return BiorxivConnector(
            self._outgoing,
            self._clock,
            server=server,
            base_url=self._settings.biorxiv_url,
            categories=categories,
        )

    def _openalex(self) -> Connector:
        return OpenAlexConnector(
            self._outgoing,
            self._clock,
            base_url=self._settings.openalex_url,
            filters=self._settings.openalex_filter,
            key=self._settings.openalex_key,
        )

    def _semantic_scholar(self) -> Connector:
        return S2Connector(
            self._outgoing,
            self._clock,
            self._papers_after,
            base_url=self._settings.semantic_scholar_url,
            key=self._settings.semantic_scholar_key,
        )

    def _papers_after(self, number: int, limit: int) -> Sequence[Paper]:
        days = self._settings.semantic_scholar_days
        since = self._clock.now().date() - timedelta(days=days) if days else None
        return self._catalogue.after(number, limit, since)

    def _openreview(self) -> Connector:
        return OpenReviewConnector(
            self._outgoing,
            venues=self._needed("openreview", "openreview_venues", "ICLR.cc/2026/Conference"),
            base_url=self._settings.openreview_url,
            user=self._settings.openreview_user,
            password=self._settings.openreview_password,
        )

    def _feeds(self) -> Connector:
        return FeedsConnector(self._outgoing, urls=self._needed("feeds", "feeds", "https://www.nature.com/nature.rss"))

    def _zotero(self) -> Connector:
        return ZoteroConnector(
            self._outgoing,
            libraries=self._needed("zotero", "zotero_libraries", "groups/678"),
            key=self._settings.zotero_key,
            base_url=self._settings.zotero_url,
        )

    def _folder(self) -> Connector:
        if self._settings.folder is None:
            raise Invalid("The source folder needs BROADSHEET_FOLDER: the path of a folder.", field="folder")
        return FolderConnector(self._clock, self._settings.folder)
