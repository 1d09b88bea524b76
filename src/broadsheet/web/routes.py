"""The table of the web door: which path is answered by whom; a handler reads input, calls one verb and renders.

`middleware` and `exception_handlers` go with the table: without them pages have no guard and errors no page.
Every POST goes through `forms.accept`, but for the one whose own token is the authority.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from broadsheet.web import (
    about,
    archive,
    charts,
    crawling,
    desk,
    following,
    forms,
    front,
    lists,
    mailed,
    me,
    mistakes,
    moderating,
    openid,
    operating,
    owning,
    paper,
    placed,
    reader,
    reuse,
    rising,
    saving,
    search,
    sharing,
    signing,
    since,
    submitting,
    subscribing,
    talk,
    theme,
    trending,
    voting,
    weighing,
)
from broadsheet.web.headers import Guard
from broadsheet.web.pages import Shown
from broadsheet.web.sheet import Sheet
from broadsheet.web.site import Site

Handler = Callable[[Site, Request], Response]


def routes(site: Site) -> list[Route]:
    """Return the table; handlers are plain functions, so Starlette runs them in its thread pool."""

    def get(path: str, handler: Handler) -> Route:
        return Route(path, partial(handler, site), methods=["GET"])

    def page(path: str, handler: Handler) -> Route:
        return Route(path, partial(_counted, handler, site), methods=["GET"])

    def post(path: str, handler: forms.Handler, largest: int = forms.LARGEST) -> Route:
        return Route(path, partial(forms.accept, handler, site, largest=largest), methods=["POST"])

    return [
        page("/", front.today),
        page("/edition", archive.archive),
        get("/edition/latest", front.latest),
        page("/new", since.new),
        page("/edition/{name}", front.of_span),
        page("/trending", trending.page),
        page("/search", search.search),
        page("/search/suggest", search.suggest),
        get("/paper/{key:path}/cite.{form}", paper.cite),
        get("/paper/{key:path}/reuse.{form}", reuse.reuse),
        get("/paper/{key:path}/attention.csv", charts.attention),
        page("/paper/{key:path}", paper.paper),
        get("/subscribe", subscribing.ask),
        post("/subscribe", subscribing.asked),
        get("/subscribe/search", saving.offer),
        post("/subscribe/search", saving.asked),
        get("/subscribe/asked", subscribing.check_mail),
        get("/subscription/confirm", subscribing.offer_confirmation),
        post("/subscription/confirm", subscribing.confirm),
        get("/subscription", subscribing.manage),
        post("/subscription", subscribing.change),
        get("/subscription/next", subscribing.upcoming),
        get("/subscription/next/mail", subscribing.upcoming_mail),
        get("/digest/{day}", mailed.mailed),
        get("/digest/{day}/mail", mailed.mail),
        post("/subscription/pause", subscribing.rest),
        post("/subscription/search/add", saving.add),
        post("/subscription/search/keep", saving.keep),
        post("/subscription/search/drop", saving.drop),
        post("/subscription/address", owning.move),
        get("/subscription/address", owning.offer_agreement),
        post("/subscription/address/agree", owning.agree),
        post("/subscription/claim", owning.claim),
        post("/subscription/release", owning.release),
        get("/subscription/export", owning.export),
        post("/subscription/erase", owning.erase),
        post("/subscription/follow", following.follow),
        get("/subscription/mutes", following.mutes),
        post("/subscription/mutes", following.mute, following.LARGEST_MUTES),
        post("/subscription/mutes/remove", following.unmute),
        get("/subscription/end", subscribing.offer_end),
        Route("/subscription/end", partial(forms.accept_from_anywhere, subscribing.end, site), methods=["POST"]),
        get("/sign-in", signing.ask),
        post("/sign-in", signing.asked),
        get("/sign-in/asked", signing.check_mail),
        get("/sign-in/link", signing.offer),
        post("/sign-in/link", signing.enter),
        get("/sign-in/openid", openid.leave),
        get("/sign-in/openid/back", openid.come_back),
        post("/sign-out", signing.leave),
        post("/sign-out/everywhere", signing.leave_everywhere),
        get("/me", me.page),
        post("/me/name", me.rename),
        post("/me/tokens", me.make_token),
        post("/me/tokens/revoke", me.revoke_token),
        post("/me/mails/end", owning.end_all),
        get("/me/export", me.export),
        get("/me/delete", me.offer_end),
        post("/me/delete", me.end),
        get("/me/deleted", me.ended),
        get("/desk", desk.home),
        get("/desk/{name}", desk.desk),
        post("/desk/{name}", desk.change, desk.LARGEST),
        get("/desk/{name}/proof", desk.proof),
        post("/desk/{name}/correction", desk.correct),
        page("/about", about.about),
        page("/about/trending", about.trending),
        page("/about/rising", rising.page),
        get("/operator/mail", operating.page),
        post("/operator/mail/resume", operating.resume),
        post("/operator/mail/address", operating.decide),
        post("/operator/mail/list", operating.take, operating.LARGEST),
        get("/operator/mail/list.csv", operating.export),
        get("/list/{key}", lists.page),
        get("/list/{key}/papers.{form}", lists.cited),
        post("/lists", lists.make),
        post("/lists/save", lists.save),
        post("/list/{key}/change", lists.change),
        post("/list/{key}/delete", lists.delete),
        post("/list/{key}/paper", lists.entry),
        get("/reader/{number}", reader.page),
        post("/me/public", reader.choose),
        get("/preview/{digest}/paper/{key:path}.png", sharing.paper_picture),
        get("/preview/{digest}/edition/{name}.png", sharing.edition_picture),
        get("/preview/{digest}/site.png", sharing.site_picture),
        get("/robots.txt", crawling.robots),
        get("/sitemap.xml", crawling.index),
        get("/sitemap/{part}.xml", crawling.part),
        get("/favicon.ico", crawling.icon),
        get("/about/sources", about.sources),
        post("/vote", voting.vote),
        get("/report", moderating.offer_report),
        post("/report", moderating.report),
        post("/mute", moderating.mute),
        post("/unmute", moderating.unmute),
        get("/moderation", moderating.queue),
        post("/moderation", moderating.settle),
        post("/moderation/bar", moderating.bar),
        post("/moderation/claim", moderating.settle_claim),
        post("/claim", moderating.claim),
        post("/claim/withdraw", moderating.withdraw_claim),
        get("/submit", submitting.ask),
        post("/submit", submitting.submit),
        post("/comment", talk.write, talk.LARGEST),
        get("/comment/{number}", talk.find),
        post("/comment/{number}/edit", talk.edit, talk.LARGEST),
        post("/comment/{number}/remove", talk.remove),
        get("/operator/trending", weighing.page),
        post("/operator/trending", weighing.change),
        post("/theme", theme.choose),
        Route("/static/{digest}/{name:path}", site.pages.assets.answer, methods=["GET"]),
    ]


def _counted(handler: Handler, site: Site, request: Request) -> Response:
    """Answer with a page, and count what it shows."""
    answer = _kept(handler, site, request)
    if isinstance(answer, Shown) and answer.placed:
        placed.count(site, request, answer.placed)
    return answer


def _kept(handler: Handler, site: Site, request: Request) -> Response:
    """Answer with a kept page where there is one; a handler of such pages adds nothing to the answer of `show`."""
    if site.known.reader(request) is not None:
        return handler(site, request)

    def make() -> Sheet | Response:
        answer = handler(site, request)
        return answer.sheet if isinstance(answer, Shown) and answer.sheet else answer

    key = (request.url.path, request.scope["query_string"], site.pages.theme(request))
    found = site.kept.page(key, make)
    return site.pages.dressed(request, found) if isinstance(found, Sheet) else found


def middleware() -> list[Middleware]:
    """Return what stands before the table."""
    return [Middleware(Guard)]


def exception_handlers(site: Site) -> Mapping[Any, Callable[[Request, Exception], Response]]:
    """Return what is shown for which error."""
    return mistakes.handlers(site)
