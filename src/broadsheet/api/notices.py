"""The door for notices of the mail provider: what bounced, and who complained.

Whether a notice is believed, `mail.ses.notices` decides; no cookie, token or address counts here.
"""

from collections.abc import Callable
from http import HTTPStatus

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from broadsheet.api.shapes import error_json
from broadsheet.errors import BroadsheetError
from broadsheet.logs import get_logger
from broadsheet.mail.returned.intake import Intake
from broadsheet.mail.ses.events import told_by
from broadsheet.mail.ses.notices import LARGEST, Notices

PATH = "/mail/notices"
_log = get_logger("mail")


def notice_routes(notices: Notices | None, intake: Intake) -> list[Route]:
    """Return the door, where there is a topic to hear of."""
    if notices is None:
        return []

    async def answer(request: Request) -> Response:
        raw = await _body(request)
        if raw is None:
            return JSONResponse({"error": "A notice has 300 kB at most."}, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return await anyio.to_thread.run_sync(_taken, lambda: _take(notices, intake, raw))

    return [Route(PATH, answer, methods=["POST"])]


def _taken(work: Callable[[], None]) -> Response:
    try:
        work()
    except BroadsheetError as error:
        _log.warning("mail_notice_refused", why=error.message)
        status, body = error_json(error)
        return JSONResponse(body, status)
    return Response(status_code=HTTPStatus.NO_CONTENT)


def _take(notices: Notices, intake: Intake, raw: bytes) -> None:
    notice = notices.read(raw)
    if notice.kind == "SubscriptionConfirmation":
        notices.confirm(notice)
    elif notice.kind == "Notification":
        intake.settle(told_by(notice.message))


async def _body(request: Request) -> bytes | None:
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)
