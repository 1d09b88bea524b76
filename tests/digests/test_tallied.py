"""That how digests ended is counted by receiver, on both databases."""

from datetime import timedelta

from broadsheet.mail import tally
from broadsheet.mail.tally import Rates
from broadsheet.mail.transport import Refused
from broadsheet.mail.verdicts import Verdict
from tests.digests.newsroom import TODAY, Newsroom, token


def _rates(room: Newsroom) -> dict[str, Rates]:
    with room.database.read() as connection:
        return tally.by_domain(connection, TODAY - timedelta(days=1))


def test_how_mails_ended_is_counted_by_receiver(room: Newsroom) -> None:
    room.press.publish(TODAY, lead=1, trending=[2], new=[3])
    for address in ("a@one.example", "b@one.example", "c@two.example", "d@two.example"):
        room.subscriptions.subscribe(address)
        room.subscriptions.send_waiting()
        room.subscriptions.confirm(token(room.tray.mails[-1], "/subscription/confirm"))
    before = _rates(room)
    assert (before["one.example"].accepted, before["two.example"].accepted) == (2, 2)  # the letters that asked
    replies = {
        "b@one.example": Refused("550 5.1.1 unknown.", permanent=True, verdict=Verdict.GONE),
        "c@two.example": Refused("550 5.7.1 spam.", permanent=True),
        "d@two.example": Refused("451 later.", permanent=False, verdict=Verdict.WEAK),
    }

    def trouble(recipient: str) -> None:
        if recipient in replies:
            raise replies[recipient]

    room.tray.trouble = trouble
    room.tick()
    found = _rates(room)
    assert found["one.example"] == Rates(accepted=3, refused=1, gone=1)
    assert found["two.example"] == Rates(accepted=2, refused=1, put_off=1)
