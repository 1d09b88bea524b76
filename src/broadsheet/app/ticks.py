"""Which work an instance has to do again and again, how often, and what each pass says of itself.

How a tick runs, and under which lease, is `jobs`'. Every tick may be repeated, or cut off anywhere.
"""

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from broadsheet.jobs.ticks import Tick
from broadsheet.papers.thinning import Thinning

if TYPE_CHECKING:
    from broadsheet.app.instance import App

_RE_ENCODING = 8.0  # seconds of each ten that a change of encoder may work: the rest is the readers'
_MERGING_ANEW = 5.0  # seconds of each ten that merging anew may work


def due_work(app: "App") -> list[Tick]:
    """Return the instance's due work, in the order in which one pass should do it."""
    return [
        Tick("harvest", timedelta(minutes=1), partial(_harvest, app)),
        Tick("merging", timedelta(seconds=10), partial(_remerge, app)),
        Tick("index", timedelta(seconds=1), partial(_index, app)),
        Tick("verify", timedelta(hours=6), partial(_verify, app)),
        Tick("trending", timedelta(minutes=5), partial(_trending, app)),
        Tick("rising", timedelta(hours=1), partial(_rising, app)),
        Tick("edition", timedelta(minutes=1), partial(_edition, app)),
        Tick("returned", timedelta(minutes=1), partial(_returned, app)),
        Tick("digests", timedelta(seconds=30), partial(_digests, app)),
        Tick("sign-ins", timedelta(seconds=30), partial(_sign_ins, app)),
        Tick("encoder", timedelta(seconds=10), partial(_encoder, app)),
        Tick("artefacts", timedelta(minutes=1), partial(_artefacts, app)),
    ]


def _harvest(app: "App") -> str:
    reports = app.harvester.harvest_due()
    if any(report.added or report.changed for report in reports):
        app.trending.refresh()
    return " ".join(report.sentence for report in reports)


def _index(app: "App") -> str:
    indexed = app.index.catch_up()
    return f"{indexed} papers indexed" if indexed else ""


def _remerge(app: "App") -> str:
    """Merge what is stored by today's rules and look for repeated abstracts, a few seconds of each ten."""
    until = app.clock.now() + timedelta(seconds=_MERGING_ANEW)
    changed = 0
    while app.clock.now() < until and (redone := app.remerging.step()) is not None:
        changed += len(redone.parted) + len(redone.merged) + len(redone.changed)
    alike = 0
    while app.clock.now() < until and (looked := app.duplicates.step()) is not None:
        alike += looked[1]
    said = [f"{changed} papers merged anew"] * bool(changed) + [f"{alike} repeated abstracts found"] * bool(alike)
    return ", ".join(said)


def _encoder(app: "App") -> str:
    encoded = app.index.upgrade(seconds=_RE_ENCODING)
    return f"{encoded} papers re-encoded" if encoded else ""


def _artefacts(app: "App") -> str:
    return app.checks.check_due().sentence


def _verify(app: "App") -> str:
    return app.index.verify() or ""


def _trending(app: "App") -> str:
    scored, gone = app.trending.refresh(), Thinning(app.database, app.clock).run()
    said = [f"{scored} papers scored"] * bool(scored) + [f"{gone} old observations thinned"] * bool(gone)
    return ", ".join(said)


def _rising(app: "App") -> str:
    return app.rising.tick()


def _edition(app: "App") -> str:
    ready = _has_news(app)
    day = app.editions.publish_due(ready=ready)
    found = [*([day] if day else []), *app.editions.publisher.publish_spans_due(ready=ready)]
    return ", ".join(f"No. {page.number} of {page.span.name} published" for page in found)


def _has_news(app: "App") -> bool:
    """Say whether today's edition may go out.

    A page of the shelf alone stays open until a source was reached once: a laptop that starts without a network
    and finds one an hour later would otherwise keep an old page for the rest of the day.
    """
    if not app.harvester.first_round_done():
        return False
    sources = app.harvester.status(counted=False)
    today = app.editions.today()
    reached = not sources or any(source.succeeded_at for source in sources)
    return reached or bool(today.new or today.trending)


def _sign_ins(app: "App") -> str:
    """Send the letters that a web process could not, and forget what is over."""
    sent = app.accounts.sign_ins.send_waiting()
    app.accounts.sign_ins.forget_old()
    app.accounts.sessions.forget_old()
    return f"letters to sign in: {sent} sent" if sent else ""


def _returned(app: "App") -> str:
    """Read what came back, before anything else goes out, and stop digests where receivers would take them ill."""
    try:
        said = app.intake.take_in().sentence
    finally:
        pause = app.limits.watch()
    app.intake.forget_old()
    return "; ".join(filter(None, [said, f"digests are paused: {pause.words}" if pause else ""]))


def _digests(app: "App") -> str:
    app.subscriptions.send_waiting()
    queued = app.digests.queue_due()
    report = app.digests.send_due()
    return f"{queued} digests queued, {report.accepted} mails accepted" if queued or report.accepted else ""
