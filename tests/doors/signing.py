"""Signs a browser in on the served instance, as a mailed link would, without the minutes of mail around it."""

from playwright.sync_api import Page

from tests.doors.conftest import Served


def sign_in(served: Served, page: Page, name: str, role: str = "reader") -> int:
    """Make a reader, let the browser hold a session of the reader's, and return the reader's number."""
    accounts = served.app.accounts
    reader = accounts.readers.add(f"{name}-{id(page)}@quill.example", role, name=name)  # type: ignore[arg-type]
    token = accounts.sessions.begin(reader.id)
    page.context.add_cookies(
        [{"name": "broadsheet_session", "value": token, "url": served.url, "httpOnly": True, "sameSite": "Lax"}]
    )
    return reader.id
