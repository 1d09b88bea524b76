"""Who asks: the reader of a request, and the cookie by which a browser is known again.

What a session is, `accounts` decides. Nothing here is believed but a session's token; on a single-user instance
whoever sits at the machine is its reader, and a request from anywhere else is nobody's.
"""

from starlette.requests import Request
from starlette.responses import Response

from broadsheet.accounts.accounts import Accounts
from broadsheet.accounts.reader import Reader, Role
from broadsheet.accounts.sessions import LASTING
from broadsheet.errors import SignInNeeded
from broadsheet.web.client import is_from_here

SESSION = "broadsheet_session"
# On https the name itself keeps every other host of the domain from setting the cookie.
_PREFIX = "__Host-"


class Known:
    """Knows the readers of one site by their requests."""

    def __init__(self, accounts: Accounts, *, secure: bool) -> None:
        self._accounts = accounts
        self.secure = secure
        self.cookie = (_PREFIX if secure else "") + SESSION

    @property
    def alone(self) -> bool:
        """Whether the instance has one reader, who need not sign in."""
        return self._accounts.alone

    def reader(self, request: Request) -> Reader | None:
        """Return who asks, looked up once a request; None for nobody known."""
        if not hasattr(request.state, "reader"):
            request.state.reader = self._find(request)
        found: Reader | None = request.state.reader
        return found

    def require(self, request: Request, role: Role = "reader") -> Reader:
        """Return who asks; raises `SignInNeeded` for nobody known, `Forbidden` for one who may not."""
        found = self.reader(request)
        if found is None:
            raise SignInNeeded("Sign in first: this is kept for you, or shown to others under your name.")
        found.require(role)
        return found

    def token(self, request: Request) -> str:
        """Return the session's token that the browser holds, empty for none; it may be out of date."""
        return request.cookies.get(self.cookie, "")

    def keep(self, answer: Response, token: str) -> None:
        """Let the browser hold a session's token."""
        answer.set_cookie(
            self.cookie,
            token,
            max_age=int(LASTING.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self.secure,
            path="/",
        )

    def drop(self, answer: Response) -> None:
        """Let the browser forget the session's token."""
        answer.delete_cookie(self.cookie, path="/", httponly=True, samesite="lax", secure=self.secure)

    def _find(self, request: Request) -> Reader | None:
        if self._accounts.alone:
            return self._accounts.readers.alone() if is_from_here(request) else None
        token = self.token(request)
        return self._accounts.sessions.reader(token) if token else None


def bound(nonce: str, session: str) -> str:
    """Return a nonce that changes with the session: a form of somebody who has signed out holds no more."""
    return f"{nonce}\0{session}" if session else nonce
