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
    """A transport that adds the signatures of its domain's keys; without a key mails leave as they are.

    Where the inner transport's server writes headers anew (`rewritten`), those stay out of the signature, of which it
    then takes one alone: the first key's.
    """

    def __init__(
        self,
        inner: Transport,
        keys: DkimKeys,
        domain: str,
        clock: Clock,
        rewritten: frozenset[str] = frozenset(),
    ) -> None:
        self._inner = inner
        self._keys = keys
        self._domain = domain
        self._clock = clock
        self._rewritten = rewritten

    def send(self, mail: bytes, *, sender: str, recipient: str, last: Last = always) -> None:
        """Hand one mail over; raises as the inner transport does, and `Unavailable` where a key cannot be read."""
        keys = self._keys.current()
        signer = Signer(self._domain, keys[:1] if self._rewritten else keys, self._rewritten)
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
