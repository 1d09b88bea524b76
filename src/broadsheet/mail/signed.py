"""Signs every mail on its way out, whoever wrote it, before another transport carries it.

How a signature is made is `dkim`'s matter.
It stands around the only transport of an instance: a mail that goes past it would arrive unsigned.
"""

from broadsheet.clock import Clock
from broadsheet.mail.dkim import Signer
from broadsheet.mail.keys import DkimKeys
from broadsheet.mail.replies import Last, always
from broadsheet.mail.transport import Transport


class Signed:
    """A transport that adds the signatures of its domain's keys; without a key mails leave as they are."""

    def __init__(self, inner: Transport, keys: DkimKeys, domain: str, clock: Clock) -> None:
        self._inner = inner
        self._keys = keys
        self._domain = domain
        self._clock = clock

    def send(self, mail: bytes, *, sender: str, recipient: str, last: Last = always) -> None:
        """Hand one mail over; raises as the inner transport does, and `Unavailable` where a key cannot be read."""
        signer = Signer(self._domain, self._keys.current())
        signatures = signer.sign(mail, self._clock.now())
        self._inner.send(signatures + mail, sender=sender, recipient=recipient, last=last)

    @property
    def lanes(self) -> int:
        """How many mails the inner transport carries at a time."""
        return self._inner.lanes

    def close(self) -> None:
        """End what the inner transport kept open."""
        self._inner.close()

    def describe(self) -> str:
        """Return the inner transport's sentence."""
        return self._inner.describe()
