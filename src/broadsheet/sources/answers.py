"""An upstream's answer from bytes to a document: its charset, JSON, XML; and asking once more where it comes broken.

What a document means is its connector's matter, how a connection is kept polite `outgoing`'s.
The bytes are hostile until parsed: no entity is resolved, nothing is fetched, a document type is refused.
"""

import codecs
import json
import re
from collections.abc import Callable, Collection, Mapping
from email.message import Message
from typing import Any, TypeVar

from lxml import etree

from broadsheet.outgoing import Outgoing, Reply
from broadsheet.sources.connector import Unreadable

TRIES = 2  # of an answer that comes broken
_T = TypeVar("_T")
_WEB_PAGE = re.compile(r"\s*(<!--.{0,500}?-->\s*)?(<!doctype\s+html|<html)", re.IGNORECASE | re.DOTALL)
# What may stand before the first element; atomic, so that no comment is tried in two ways.
_DOCTYPE = re.compile(r"(?>\s+|<\?(?>.*?\?>)|<!--(?>.*?-->))*+<!DOCTYPE", re.DOTALL | re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]*?\?>")
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


class Garbled(Exception):  # noqa: N818 - says what came, as a clause
    """The answer is not what was asked for; the text says what it is instead, as a clause: "it is a web page"."""


class Upstream:
    """One server as a connector speaks to it; `title` is how people know it."""

    def __init__(
        self, outgoing: Outgoing, title: str, *, timeout: float = 60.0, pace: float = 0.0, max_bytes: int = 50_000_000
    ) -> None:
        """`timeout`, `pace` and `max_bytes` are those of `Outgoing.get`."""
        self._outgoing = outgoing
        self._title = title
        self._timeout = timeout
        self._pace = pace
        self._max_bytes = max_bytes

    def ask(
        self,
        url: str,
        read: Callable[[Reply], _T],
        *,
        headers: Mapping[str, str] | None = None,
        accepted: Collection[int] = (200,),
        content: bytes | None = None,
    ) -> _T:
        """Return what `read` makes of the answer to `url`, by POST where there is `content`.

        An answer that `read` finds `Garbled` is asked for once more. Raises `Unreadable` for one that stays so, or
        whose status is not `accepted`; and as `Outgoing.get` does.
        """
        for remaining in reversed(range(TRIES)):
            reply = self._reply(url, headers, content)
            if reply.status not in accepted:
                raise Unreadable(self._title, f"it answered {reply.status}")
            try:
                return read(reply)
            except Garbled as error:
                if not remaining:
                    raise Unreadable(self._title, str(error)) from error
        raise AssertionError("the last try returns or raises")

    def _reply(self, url: str, headers: Mapping[str, str] | None, content: bytes | None) -> Reply:
        if content is None:
            return self._outgoing.get(
                url, headers=headers, max_bytes=self._max_bytes, timeout=self._timeout, pace=self._pace
            )
        return self._outgoing.post(
            url, content, headers=headers, max_bytes=self._max_bytes, timeout=self._timeout, pace=self._pace
        )


def text_of(body: bytes, content_type: str = "") -> str:
    """Return `body` as text; raises `Garbled` if it is empty.

    What is UTF-8 is read so, else by the charset that header or XML declaration name. What cannot be read in any of
    them is marked with U+FFFD: one bad letter does not spoil a page.
    """
    if not body.strip():
        raise Garbled("it is empty")
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body.decode(charset, "replace")
    for charset in ("utf-8", *_named_charsets(body, content_type)):
        try:
            return body.decode(charset)
        except (LookupError, UnicodeError):
            continue
    return body.decode("utf-8", "replace")


def json_of(body: bytes, content_type: str = "") -> Any:
    """Return the JSON in `body`; raises `Garbled` for anything else."""
    text = text_of(body, content_type)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Garbled("it is a web page" if text.lstrip()[:1] == "<" else "it is broken JSON") from error


def xml_of(body: bytes, content_type: str = "") -> etree._Element:
    """Return the root of the XML in `body`; raises `Garbled` for anything else, and for a document type."""
    text = text_of(body, content_type)
    if _WEB_PAGE.match(text):
        raise Garbled("it is a web page")
    if _DOCTYPE.match(text):
        raise Garbled("it declares a document type, which is not read here")
    # Without a document type there is no entity to swell: so a text of any length may be taken, as `max_bytes` bounds
    # it. The text goes in as UTF-8, whatever its declaration says, so that no other charset hides a document type.
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_pis=True
    )
    try:
        root = etree.fromstring(_DECLARATION.sub("", text, count=1).encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError as error:
        raise Garbled(f"its XML breaks off or is wrong at line {error.lineno}") from error
    if root.getroottree().docinfo.doctype:
        raise Garbled("it declares a document type, which is not read here")
    return root


def _named_charsets(body: bytes, content_type: str) -> list[str]:
    header = Message()
    header["content-type"] = content_type.replace("\n", " ").replace("\r", " ")
    declared = _DECLARED.match(body[:500])
    return [name for name in (header.get_content_charset(), declared and declared[1].decode()) if name]
