"""Digests as they were sent, on the web: for who opens the link in a mail.

What one held, and whether the link shows it, `digests` decides.
Whoever a mail was passed on to sees its papers and nothing of its reader.
"""

from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.digests.dates import long_date
from broadsheet.errors import NotFound
from broadsheet.web.site import Site


def mailed(site: Site, request: Request) -> Response:
    """Show the digest of a day."""
    given = request.path_params["day"]
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise NotFound(f"{given!r:.40} is no day of a mail; a link out of one leads here.", value=given) from None
    selection = site.digests.sent(request.query_params.get("token", ""), day)
    return site.pages.show(request, "digest.html", selection=selection, day_words=long_date(day))
