"""How fast digests leave: deliveries that wait are composed, rendered, signed and handed over to an SMTP server.

100,000 readers get one of 500 selections over 8 connections; the server runs in a process of its own and counts what
came. Beside it the same finished mails are handed over by a plain loop of smtplib and by aiosmtplib, and a script's way
is measured on a sample: the standard library's EmailMessage, dkimpy, smtplib.
"""

import asyncio
import resource
import smtplib
import tempfile
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import islice
from pathlib import Path
from random import Random
from time import perf_counter, process_time
from typing import Any, cast

import aiosmtplib
import dkim
from sqlalchemy import insert

from benchmarks.digest_selection import CORPUS, _records
from benchmarks.report import Aim, Report, arguments, command
from benchmarks.smtp_sink import Sink, sink
from broadsheet import app as wiring
from broadsheet import logs
from broadsheet.app import App
from broadsheet.clock import FixedClock
from broadsheet.database.schema import delivery, delivery_paper, subscription
from broadsheet.digests.composing import occasion
from broadsheet.digests.selection import candidates
from broadsheet.mail.letter import new_message_id
from broadsheet.papers.records import SourceRecord
from broadsheet.settings import load

READERS, QUICK_READERS = 100_000, 4_000
SELECTIONS = 500
PAPERS = 3_000  # of which an edition is made
SIZE = 10
CONNECTIONS = 8
KEPT = 500  # finished mails that the others hand over
REPEATED = 10  # times, so that connecting does not count
SCRIPTED = 50  # mails made the way of a script
JUDGED = 50  # signatures that another library verifies
DOMAINS = 40
BATCH = 5_000
AIM_PER_S = 170.0
AIM_GROWTH = 1.1  # of memory, from a tenth of the mails to the last
DAWN = time(4)


def main() -> None:
    """Run the benchmark."""
    asked = arguments(__doc__)
    logs.configure()
    readers = QUICK_READERS if asked.quick else READERS
    title = f"Sending {readers:,} digests of {SELECTIONS} kinds, rendered and signed"
    report = Report("mail_throughput", title, command("mail_throughput"))
    with tempfile.TemporaryDirectory() as directory:
        home, kept = Path(directory) / "home", Path(directory) / "kept"
        kept.mkdir()
        with sink(kept, KEPT) as server:
            row, record, tally = _sent(home, server, asked.data, readers)
        report.rows.append(row)
        mails = [path.read_bytes() for path in sorted(kept.iterdir())]
        report.rows.append(_beside("finished mails by smtplib", 1, mails * REPEATED, _by_smtplib))
        report.rows.append(_beside("finished mails by aiosmtplib", CONNECTIONS, mails * REPEATED, _by_aiosmtplib))
        report.rows.append(_beside("EmailMessage, dkimpy, smtplib", 1, mails[:SCRIPTED], _by_script(home)))
        wrong = sum(not dkim.verify(mail, dnsfunc=lambda *_, **__: record) for mail in mails[:JUDGED])
    beside = report.rows[3]["mails/s"]
    report.aims += [
        Aim("mails", "/s", row["mails/s"], AIM_PER_S, "at least", "EmailMessage, dkimpy, smtplib", beside),
        Aim("memory at the end, by that after a tenth", "", row["peak MB"] / row["MB after a tenth"], 1.1, "at most"),
        Aim("readers without a mail, or with two", "", readers - tally["once"] + tally["twice"], 0, "at most"),
        Aim(f"of {JUDGED} signatures, those that dkimpy does not verify", "", wrong, 0, "at most"),
    ]
    report.finish(asked.json)


def _sent(home: Path, server: Sink, data: Path, readers: int) -> tuple[dict[str, Any], bytes, dict[str, int]]:
    """Fill an instance with deliveries that wait, and send them; returns a row, the key's record and the tally."""
    papers = list(islice(_records(data / "corpora" / CORPUS), PAPERS))
    newest = max(paper.published for paper in papers if paper.published)
    clock = FixedClock(datetime.combine(newest, DAWN, UTC))
    site = "https://paper.example.org"
    settings = load(home=home, sources=(), public_url=site, smtp_url=server.url, **_settings())
    built = wiring.build(settings, clock)
    record = built.keys.make()[0].record.encode()
    _queue(built, clock, papers, readers)
    with _Memory(server, readers) as memory:
        began, worked = perf_counter(), process_time()
        sent = built.digests.send_due()
        took, work = perf_counter() - began, process_time() - worked
    assert sent.accepted == readers, sent
    tally = server.tally()
    built.close()
    row = _row("rows, rendered, signed, handed over", CONNECTIONS, readers, took, work)
    row |= {"kB a mail": tally["bytes"] / readers / 1e3, "MB after a tenth": memory.early, "peak MB": memory.peak}
    return row, record, tally


def _settings() -> dict[str, Any]:
    return {"smtp_connections": CONNECTIONS, "mail_rate": 0}


class _Memory:
    """Samples the memory of this process while a block runs."""

    def __init__(self, server: Sink, readers: int) -> None:
        self._server, self._tenth = server, readers // 10
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sample)
        self.early = self.peak = 0.0

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sample(self) -> None:
        while not self._over.wait(0.5):
            now = int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
            self.peak = max(self.peak, now)
            if self._server.count() < self._tenth or not self.early:
                self.early = now


def _row(way: str, connections: int, mails: int, took: float, work: float) -> dict[str, Any]:
    row = {"way": way, "connections": connections, "mails": mails, "s": took, "CPU s": work, "mails/s": mails / took}
    return row | dict.fromkeys(("kB a mail", "MB after a tenth", "peak MB"))


def _queue(built: App, clock: FixedClock, papers: Sequence[SourceRecord], readers: int) -> None:
    """Publish an edition, and queue for each reader one of some hundred selections of it."""
    built.catalogue.add(papers)
    built.index.catch_up()
    clock.sleep(4 * 3_600)
    built.trending.refresh()
    edition = built.editions.publish_due(ready=True)
    assert edition
    assert edition.id
    offered = list(dict.fromkeys(number for places in candidates([edition]).values() for number in places))
    chance = Random(3)
    chosen = [sorted(chance.sample(range(len(offered)), SIZE)) for _ in range(SELECTIONS)]
    kinds = [[offered[place] for place in places] for places in chosen]
    for start in range(1, readers + 1, BATCH):
        numbers = range(start, min(start + BATCH, readers + 1))
        with built.database.write() as connection:
            connection.execute(insert(subscription), [_subscription(n, clock.now()) for n in numbers])
            connection.execute(
                insert(delivery), [_delivery(built, n, edition.id, edition.day, clock.now()) for n in numbers]
            )
            connection.execute(
                insert(delivery_paper),
                [
                    {"delivery_id": n, "paper_id": paper_id, "place": place, "find_id": None}
                    for n in numbers
                    for place, paper_id in enumerate(kinds[n % SELECTIONS])
                ],
            )


def _subscription(n: int, now: datetime) -> dict[str, Any]:
    row = {"id": n, "address": f"reader{n}@mail{n % DOMAINS}.example", "address_key": str(n), "token_key": f"k{n}"}
    row |= {"state": "confirmed", "size": SIZE, "timezone": "UTC", "days": "daily", "hour": 7}
    return row | {"created_at": now, "asked_at": now, "confirmed_at": now}


def _delivery(built: App, n: int, edition_id: int, day: date, now: datetime) -> dict[str, Any]:
    row = {"id": n, "subscription_id": n, "edition_id": edition_id, "kind": "digest", "occasion": occasion(day)}
    row |= {"state": "queued", "attempts": 0, "note": "", "queued_at": now, "due_at": now}
    return row | {"message_id": new_message_id(built.letterhead)}


def _beside(
    way: str, connections: int, mails: Sequence[bytes], send: Callable[[int, Sequence[bytes]], None]
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, sink(Path(folder)) as server:
        began, worked = perf_counter(), process_time()
        send(server.port, mails)
        took, work = perf_counter() - began, process_time() - worked
        assert server.count() == len(mails)
    return _row(way, connections, len(mails), took, work)


def _by_smtplib(port: int, mails: Sequence[bytes]) -> None:
    with smtplib.SMTP("127.0.0.1", port) as connection:
        for n, mail in enumerate(mails):
            connection.sendmail("paper@example.org", [f"reader{n}@example.org"], mail)


def _by_aiosmtplib(port: int, mails: Sequence[bytes]) -> None:
    asyncio.run(_all_by_aiosmtplib(port, mails))


async def _all_by_aiosmtplib(port: int, mails: Sequence[bytes]) -> None:
    async def lane(first: int) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port) as connection:
            for n in range(first, len(mails), CONNECTIONS):
                await connection.sendmail("paper@example.org", [f"reader{n}@example.org"], mails[n])

    await asyncio.gather(*map(lane, range(CONNECTIONS)))


def _by_script(home: Path) -> Callable[[int, Sequence[bytes]], None]:
    """Return what makes each mail anew from its finished parts, as scripts do, and sends it."""
    key = (home / "dkim" / "broadsheet.pem").read_bytes()

    def send(port: int, mails: Sequence[bytes]) -> None:
        with smtplib.SMTP("127.0.0.1", port) as connection:
            for mail in mails:
                made = _made_anew(cast("EmailMessage", message_from_bytes(mail, policy=policy.default)))
                content = made.as_bytes()
                signature = dkim.sign(content, b"broadsheet", b"paper.example.org", key)
                connection.sendmail("paper@example.org", [made["To"]], signature + content)

    return send


def _made_anew(read: EmailMessage) -> EmailMessage:
    made = EmailMessage(policy=policy.SMTP)
    for name in ("From", "To", "Subject", "Date", "Message-ID", "List-Id"):
        made[name] = str(read[name])
    text, page = (cast("EmailMessage", part) for part in read.iter_parts())
    made.set_content(text.get_content())
    made.add_alternative(page.get_content(), subtype="html")
    return made


if __name__ == "__main__":
    main()
