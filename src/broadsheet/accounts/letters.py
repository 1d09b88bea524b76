"""The letter that lets somebody sign in.

When it is sent is `sign_ins`' matter.
Its link leads to a page with a button: a mail scanner that opens the link has done nothing.
"""

from functools import cache
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from broadsheet.mail.letter import Kind, Letter, Letterhead


def sign_in_url(letterhead: Letterhead, token: str) -> str:
    """Return the page whose button signs in."""
    return f"{letterhead.site}/sign-in/link?{urlencode({'token': token})}"


def sign_in(recipient: str, token: str, minutes: int, letterhead: Letterhead, message_id: str) -> Letter:
    """Return the letter whose link holds for that many minutes."""
    values = {"letterhead": letterhead, "url": sign_in_url(letterhead, token), "minutes": minutes}
    return Letter(
        recipient=recipient,
        subject=f"Sign in to {letterhead.name}",
        text=_templates().get_template("sign_in.txt").render(values).strip() + "\n",
        html=_templates().get_template("sign_in.html").render(values),
        message_id=message_id,
        kind=Kind.SIGN_IN,
    )


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("broadsheet.accounts"),
        autoescape=select_autoescape(enabled_extensions=("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
