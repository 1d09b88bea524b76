"""The one guarded HTTP client: every connection that Broadsheet opens to a web server starts here.

What an answer means is the caller's matter; how often it is asked for, `jobs` and the sources decide.
"""

from broadsheet.outgoing.client import NoAnswer, Outgoing, Reply, Unreachable
from broadsheet.outgoing.guard import is_public
from broadsheet.outgoing.manners import asked_wait

__all__ = ["NoAnswer", "Outgoing", "Reply", "Unreachable", "asked_wait", "is_public"]
