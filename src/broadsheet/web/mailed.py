"""Digests as they were sent, on the web: for who opens the link in a mail.

What one held, and whether the link shows it, `digests` decides.
Whoever a mail was passed on to sees its papers and nothing of its reader.
"""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.digests.dates import long_date
from broadsheet.errors import NotFound
from broadsheet.web.framed import framing, mail_page
from broadsheet.web.site import Site


def mailed(site: Site, request: Request) -> Response:
    """Show the digest of a day."""
    day, token = _day(request), request.query_params.get("token", "")
    selection, _ = site.digests.sent(token, day)
    words = long_date(day)
    return framing(site.pages.show(request, "digest.html", selection=selection, day_words=words, token=token))


def mail(site: Site, request: Request) -> Response:
    """Show the mail of that day itself, for the frame on its page."""
    _, mail = site.digests.sent(request.query_params.get("token", ""), _day(request))
    return mail_page(mail.html)


def _day(request: Request) -> date:
    given = request.path_params["day"]
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise NotFound(f"{given!r:.40} is no day of a mail; a link out of one leads here.", value=given) from None
