"""Renders pages: the template environment, what every page shares, validators for caches, and how an error looks.

What is on a page, its handler decides.
A page leaves as bytes in which nothing can fail any more: what UTF-8 cannot carry is replaced, and what a reader typed
cannot turn the direction of the text around it.
"""

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Literal, cast

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from broadsheet.accounts.reader import masked
from broadsheet.clock import Clock
from broadsheet.errors import BroadsheetError
from broadsheet.logs import get_logger
from broadsheet.papers.identifiers import url_of
from broadsheet.papers.paper import Paper
from broadsheet.settings import Settings
from broadsheet.sources.harvest import Harvester
from broadsheet.sources.health import SourceHealth
from broadsheet.web import words
from broadsheet.web.assets import Assets
from broadsheet.web.categories import category_name
from broadsheet.web.known import Known, bound
from broadsheet.web.markdown import Markdown
from broadsheet.web.placed import Placed
from broadsheet.web.previews import site_card
from broadsheet.web.sheet import GAP, Sheet
from broadsheet.web.tokens import COOKIE, form_token, visitor
from broadsheet.web.typesetter import Typesetter

Theme = Literal["auto", "light", "dark"]
THEME_COOKIE = "broadsheet_theme"
_REVALIDATE = "private, no-cache"
# Papers are cleaned of these when they come in; a question, a path or a form that is shown again is not.
_TURNS_TEXT = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_log = get_logger("web")


class Shown(Response):
    """A page as one browser gets it; `sheet` is the page before that, None where it may not be kept for others.

    `placed` is what is shown in its places, None where nothing is counted.
    """

    sheet: Sheet | None = None
    placed: Placed | None = None


class Pages:
    """The renderer of one site."""

    def __init__(self, settings: Settings, clock: Clock, secret: bytes, harvester: Harvester, known: Known) -> None:
        self._settings = settings
        self._clock = clock
        self._secret = secret
        self._harvester = harvester
        self._known = known
        self.assets = Assets()
        self.typesetter = Typesetter()
        self.markdown = Markdown()
        self._environment = self._templates()

    def show(
        self,
        request: Request,
        template: str,
        status: int = 200,
        *,
        cached: bool = False,
        placed: Placed | None = None,
        papers_told: Iterable[Paper] | None = None,
        **content: Any,
    ) -> Response:
        """Render `template`; a `cached` page carries a validator and costs nothing while it is unchanged.

        `placed` says which papers it shows in which places, to be counted where pages may be kept; `papers_told` are
        all whose votes or talk are on it, so that those of another leave it as it is. None: it may show any's.
        """
        shared = {
            "request": request,
            "path": request.url.path,
            "theme": self.theme(request),
            "ballot": None,
            "meta": None,
            "reader": self._known.reader(request),
            "form_token": GAP,
            "health": self._health(),
            "now": self._clock.now(),
        }
        html = self._environment.get_template(template).render(shared | content)
        told = None if papers_told is None else frozenset(paper.id for paper in papers_told)
        sheet = Sheet(_TURNS_TEXT.sub("", html).encode("utf-8", "replace"), placed, told)
        answer = self.dressed(request, sheet, status, cached=cached)
        if cached and status == HTTPStatus.OK and shared["reader"] is None:
            answer.sheet = sheet
        return answer

    def dressed(self, request: Request, sheet: Sheet, status: int = 200, *, cached: bool = True) -> Shown:
        """Return a page for the browser that asks: with its own token, packed if it can unpack."""
        nonce = visitor(request)
        token = form_token(self._secret, bound(nonce, self._known.token(request)))
        answer = self._answer(request, sheet, token, status, cached=cached)
        answer.placed = sheet.placed
        if request.cookies.get(COOKIE) != nonce:
            answer.set_cookie(COOKIE, nonce, httponly=True, samesite="lax", secure=self._secure, path="/")
        return answer

    def error(self, request: Request, status: int, message: str) -> Response:
        """Say on a page of its own what went wrong and what to do."""
        try:
            heading = HTTPStatus(status).phrase.capitalize()
        except ValueError:
            heading = "Something went wrong"
        return self.show(request, "error.html", status, heading=heading, message=message, status_number=status)

    def theme(self, request: Request) -> Theme:
        """Return the paper colour that this reader chose, else the instance's."""
        chosen = request.cookies.get(THEME_COOKIE, "")
        return cast(Theme, chosen) if chosen in ("auto", "light", "dark") else self._settings.theme

    def keep_theme(self, answer: Response, theme: str) -> None:
        """Set the cookie that holds the paper colour for a year."""
        answer.set_cookie(
            THEME_COOKIE, theme, max_age=31_536_000, httponly=True, samesite="lax", secure=self._secure, path="/"
        )

    def _answer(self, request: Request, sheet: Sheet, token: str, status: int, *, cached: bool) -> Shown:
        headers = {"Cache-Control": _REVALIDATE if cached else "private, no-store", "Vary": "Cookie, Accept-Encoding"}
        if cached and status == HTTPStatus.OK:
            # Weak, as packed and plain are one page; of the token too, as another browser's forms would not be taken.
            headers["ETag"] = f'W/"{sheet.digest}-{token[:12]}"'
            if headers["ETag"] in request.headers.get("if-none-match", ""):
                return Shown(status_code=304, headers=headers)
        if "gzip" not in request.headers.get("accept-encoding", ""):
            return Shown(sheet.plain(token), status, headers, media_type="text/html")
        headers["Content-Encoding"] = "gzip"
        return Shown(sheet.packed(token), status, headers, media_type="text/html")

    def _health(self) -> Sequence[SourceHealth]:
        try:
            return self._harvester.status(counted=False)
        except BroadsheetError as error:
            _log.warning("web.health_unknown", error=error.message)
            return ()

    @property
    def _secure(self) -> bool:
        return self._settings.site.startswith("https://")

    def _templates(self) -> Environment:
        made = Environment(
            loader=PackageLoader("broadsheet.web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        made.filters |= {
            "title_of": self.typesetter.title,
            "masked": masked,
            "line": self.typesetter.line,
            "part": self.typesetter.part,
            "paragraphs": self.typesetter.paragraphs,
            "plain": self.typesetter.plain,
            "markdown": self.markdown.set,
            "day": words.day,
            "machine_day": words.machine_day,
            "names": words.names,
            "listed": words.listed,
            "source_name": words.source_name,
            "identifier": words.identifier,
            "url_of": url_of,
            "paper_path": words.paper_path,
            "number": words.number,
            "category": category_name,
            "short_day": words.short_day,
            "short_span": words.short_span,
            "quoted": "“{}”".format,
        }
        made.tests["web_address"] = words.is_web_address
        card = site_card(self._settings.name, self._settings.tagline)
        made.globals |= {
            "settings": self._settings,
            "zone": self._settings.zone,
            "static": self.assets.url,
            "site_picture": f"{self._settings.site}/preview/{card.digest}/site.png",
            "count": words.count,
            "moment": words.moment,
            "source_names": words.SOURCES,
            "artefact_names": words.ARTEFACTS,
        }
        return made
