"""Shows the HTML of a mail as it is: on a page of its own that a frame of ours holds, under a policy of its own.

What a mail says is `digests`' matter.
A mail's styles stand in it, which the site's policy forbids; its own allows exactly those, each by its hash, and
neither scripts, forms, pictures nor anything from elsewhere. The frame is sandboxed besides.
"""

from base64 import b64encode
from functools import lru_cache
from hashlib import sha256
from html.parser import HTMLParser

from starlette.responses import Response

from broadsheet.web.headers import POLICY

SANDBOX = "allow-popups allow-popups-to-escape-sandbox"  # a link opens beside the page, and nothing else may happen
# Of a page that holds such a frame: all that is said of others, and that it may hold pages of this site.
FRAMING = f"{POLICY}; frame-src 'self'"
_TARGET = '<base target="_blank">'
_HEAD = "<head>"


def framing(answer: Response) -> Response:
    """Let a page hold a mail in a frame."""
    answer.headers["Content-Security-Policy"] = FRAMING
    return answer


def mail_page(html: str) -> Response:
    """Answer with a mail; its links open beside the page that holds it."""
    shown = html.replace(_HEAD, _HEAD + _TARGET, 1)
    headers = {
        "Content-Security-Policy": policy(html),
        "X-Frame-Options": "SAMEORIGIN",
        "Cache-Control": "no-store",
        "X-Robots-Tag": "noindex",
    }
    return Response(shown, 200, headers, media_type="text/html; charset=utf-8")


def policy(html: str) -> str:
    """Return the policy under which a mail is shown: its own styles and nothing else (CSP 3, 8.3)."""
    styles = " ".join(f"'sha256-{digest}'" for digest in sorted({_digest(style) for style in _styles(html)}))
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src 'unsafe-hashes' {styles}" if styles else "style-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'self'",
            f"sandbox {SANDBOX}",
        )
    )


@lru_cache(maxsize=512)
def _digest(style: str) -> str:
    return b64encode(sha256(style.encode()).digest()).decode("ascii")


def _styles(html: str) -> set[str]:
    reader = _Styles()
    reader.feed(html)
    reader.close()
    return reader.found


class _Styles(HTMLParser):
    """Finds what stands in attributes and elements of the name `style`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: set[str] = set()
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._inside = tag == "style"
        self.found |= {value for name, value in attrs if name == "style" and value}

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.found.add(data)
