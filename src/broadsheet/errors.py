"""Every error that a person can cause or must hear of, as one tree; the domain never names a status, the doors do.

    BroadsheetError
    ├── NotFound      nothing stands under that name
    ├── Invalid       a value that cannot be used; `field` says which
    ├── Conflict      true in itself, but at odds with what is stored or running
    ├── Forbidden     asked by someone who may not
    │   └── SignInNeeded  asked by nobody known: signing in may help
    ├── TooMany       too often; `retry_after` says when again
    └── Unavailable   a part or a service does not answer now

Each carries the offending value and a sentence that tells the person what to do.
"""


class BroadsheetError(Exception):
    """The root: `message` is a sentence for a person, `value` what it is about."""

    def __init__(self, message: str, *, value: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.value = value


class NotFound(BroadsheetError):  # noqa: N818 - named for what happened, as the doors show it
    """Nothing stands under that name."""


class Invalid(BroadsheetError):  # noqa: N818
    """A value that cannot be used; `field` names the input that holds it."""

    def __init__(self, message: str, *, field: str, value: object = None) -> None:
        super().__init__(message, value=value)
        self.field = field


class Conflict(BroadsheetError):  # noqa: N818
    """True in itself, but at odds with what is stored or running now."""


class Forbidden(BroadsheetError):  # noqa: N818
    """Asked by someone who may not."""


class SignInNeeded(Forbidden):
    """Asked by nobody known; signing in, or a token, may help."""


class TooMany(BroadsheetError):  # noqa: N818
    """Asked too often; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float, value: object = None) -> None:
        super().__init__(message, value=value)
        self.retry_after = retry_after


class Unavailable(BroadsheetError):  # noqa: N818
    """A part, a file or a service does not answer now; trying later or mending it may help."""
