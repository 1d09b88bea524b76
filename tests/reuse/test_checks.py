from dataclasses import replace
from datetime import timedelta

import pytest

from broadsheet.clock import FixedClock
from broadsheet.database.engine import Database
from broadsheet.errors import Conflict
from broadsheet.jobs.leases import Leases
from broadsheet.outgoing import Outgoing
from broadsheet.papers.catalogue import Catalogue
from broadsheet.papers.paper import Artefact, artefact_kinds
from broadsheet.reuse.answers import Answer, State
from broadsheet.reuse.checks import Checks, judged
from broadsheet.reuse.facts import Facts
from broadsheet.reuse.github import GitHub
from broadsheet.reuse.hubs import HuggingFace
from broadsheet.reuse.pages import Pages
from broadsheet.reuse.store import Check
from tests.conftest import NOON
from tests.invented import record
from tests.reuse.hosts import Hosts, model, repository
from tests.sources.servers import status

CODE = "https://github.com/quill/looms"
MODEL = "https://huggingface.co/quill/loom-7b"


def known(sqlite: Database, clock: FixedClock, *urls: str) -> Catalogue:
    catalogue = Catalogue(sqlite, clock)
    catalogue.add([record(n, artefacts=(Artefact("code", url),)) for n, url in enumerate(urls, start=1)])
    return catalogue


def test_a_pass_asks_each_host_in_its_own_way(
    checks: Checks, sqlite: Database, clock: FixedClock, hosts: Hosts, base: str
) -> None:
    catalogue = known(sqlite, clock, CODE, MODEL, f"{base}/page", f"{base}/gone")
    hosts.there |= {"/repos/quill/looms": repository(), "/api/models/quill/loom-7b": model(), "/page": "Looms."}
    done = checks.check_due()
    assert (done.alive, done.dead, done.unsure) == (3, 1, 0)
    assert done.sentence == "3 artefacts are there, 1 are gone, 0 did not say"
    found = checks.of([CODE, MODEL, f"{base}/gone"])
    assert (found[CODE].facts.stars, found[MODEL].facts.framework) == (41, "Transformers")
    assert found[f"{base}/gone"].dead_since is not None
    assert catalogue.get("arxiv:2601.00001").artefacts[0].stars == 41
    before = len(hosts.asked)
    assert checks.check_due().sentence == ""
    assert len(hosts.asked) == before
    assert checks.counts() == {"alive": 3, "dead": 1, "unsure": 0, "all": 4}


def test_a_week_later_an_unchanged_one_is_seen_alive_again(
    checks: Checks, sqlite: Database, clock: FixedClock, hosts: Hosts
) -> None:
    known(sqlite, clock, CODE)
    hosts.there["/repos/quill/looms"] = repository()
    checks.check_due()
    clock.move_to(NOON + timedelta(days=9))
    assert checks.check_due().alive == 1
    check = checks.of([CODE])[CODE]
    assert check.seen_alive_at is not None
    assert check.seen_alive_at >= NOON + timedelta(days=9)
    assert check.facts.stars == 41


def test_whoever_looks_for_code_is_told_when_it_is_gone_and_when_it_is_back(
    checks: Checks, sqlite: Database, clock: FixedClock, hosts: Hosts
) -> None:
    catalogue = known(sqlite, clock, CODE)
    hosts.there["/repos/quill/looms"] = repository()
    seen = catalogue.last_change()
    checks.check_due()
    assert catalogue.last_change() == seen
    for there in (False, True):
        before = catalogue.last_change()
        hosts.there = {"/repos/quill/looms": repository()} if there else {}
        clock.move_to(clock.now() + timedelta(days=9))
        checks.check_due()
        (change,) = catalogue.changes_after(before)
        assert change.paper is not None
        assert [one.gone for one in change.paper.artefacts] == [not there]
        assert artefact_kinds(change.paper.artefacts) == (("code",) if there else ())


def test_an_hours_budget_is_kept_and_the_next_hour_goes_on(
    sqlite: Database, clock: FixedClock, outgoing: Outgoing, hosts: Hosts, base: str
) -> None:
    known(sqlite, clock, *(f"https://github.com/quill/l{n}" for n in range(70)))
    github = GitHub(outgoing, clock, base_url=base)
    checks = Checks(sqlite, Leases(sqlite, clock), clock, (github, Pages(outgoing)), a_pass=1_000)
    for _ in range(9):
        checks.check_due()
    assert len(hosts.asked) == github.per_hour == 50
    clock.move_to(clock.now() + timedelta(hours=1, minutes=5))
    for _ in range(9):
        checks.check_due()
    assert len(hosts.asked) == 70


def test_pages_of_a_known_host_have_a_budget_of_their_own(
    sqlite: Database, clock: FixedClock, outgoing: Outgoing, hosts: Hosts, base: str
) -> None:
    pages = [f"{base}/people/{n}" for n in range(Pages.per_hour + 3)]
    known(sqlite, clock, *pages, *(f"https://huggingface.co/quill/loom-{n}b" for n in range(20)))
    hub = HuggingFace(outgoing, clock, base_url=base)
    checks = Checks(sqlite, Leases(sqlite, clock), clock, (hub, Pages(outgoing)), a_pass=1_000)
    for _ in range(3):
        checks.check_due()
    assert sum("/api/models/" in path for path in hosts.asked) == 20
    assert sum(path.startswith("HEAD /people/") for path in hosts.asked) == Pages.per_hour


def test_a_host_that_wants_to_be_left_alone_is_and_others_are_asked(
    checks: Checks, sqlite: Database, clock: FixedClock, hosts: Hosts, base: str
) -> None:
    page = f"{base}/page".replace("127.0.0.1", "localhost")  # another host, so another's wishes
    known(sqlite, clock, page, *(f"https://github.com/quill/l{n}" for n in range(5)))
    reset = str(int((NOON + timedelta(minutes=30)).timestamp()))
    hosts.script.faults = [status(403, x_ratelimit_remaining="0", x_ratelimit_reset=reset)]
    hosts.there["/page"] = "Looms."
    done = checks.check_due()
    assert done.paused == ("github.com",)
    assert [path for path in hosts.asked if "/repos/" in path] == ["GET /repos/quill/l4"]
    assert checks.of([page])[page].state == "alive"
    assert checks.of(["https://github.com/quill/l4"]) == {}
    checks.check_due()
    assert sum("/repos/" in path for path in hosts.asked) == 1
    clock.move_to(NOON + timedelta(minutes=31))
    checks.check_due()
    assert sum("/repos/" in path for path in hosts.asked) == 6


def test_what_is_no_web_address_is_never_asked_for(
    checks: Checks, sqlite: Database, clock: FixedClock, hosts: Hosts, base: str
) -> None:
    known(sqlite, clock, "javascript:alert(1)", "ftp://looms.example/x", "https://[half", f"{base}/page")
    hosts.there["/page"] = "Looms."
    done = checks.check_due()
    assert (done.alive, done.unsure) == (1, 1)
    assert checks.of(["https://[half"])["https://[half"].state == "unsure"
    assert hosts.asked == ["HEAD /page"]


def test_one_process_at_a_time(checks: Checks, sqlite: Database, clock: FixedClock) -> None:
    with Leases(sqlite, clock).held("artefacts", timedelta(minutes=1)), pytest.raises(Conflict):
        checks.check_due()


def test_no_checks_are_asked_for_where_none_are_wanted(
    sqlite: Database, clock: FixedClock, outgoing: Outgoing, hosts: Hosts, base: str
) -> None:
    known(sqlite, clock, f"{base}/page")
    off = Checks(sqlite, Leases(sqlite, clock), clock, (Pages(outgoing),), a_pass=0)
    assert off.check_due().sentence == ""
    assert hosts.asked == []


def test_without_a_network_nothing_is_called_gone(sqlite: Database, clock: FixedClock, hosts: Hosts, base: str) -> None:
    def only_here(host: str, _port: int) -> list[str]:
        if host == "127.0.0.1":
            return [host]
        raise OSError("no such name")

    lost = Outgoing(user_agent="Broadsheet/0", clock=clock, allow_private=True, resolve=only_here, patience=1.0)
    checks = Checks(sqlite, Leases(sqlite, clock), clock, (Pages(lost),))
    known(sqlite, clock, "https://looms.example/x")
    assert checks.check_due().sentence == ""
    assert checks.of(["https://looms.example/x"]) == {}
    Catalogue(sqlite, clock).add([record(9, artefacts=(Artefact("code", f"{base}/page"),))])
    hosts.there["/page"] = "Looms."
    assert checks.check_due().alive == 1  # somebody answers: so the name is what is missing
    assert checks.of(["https://looms.example/x"])["https://looms.example/x"].state == "unsure"


FOUND = Check(CODE, "github.com", "alive", "", NOON, NOON, NOON, facts=Facts(stars=7), etag='"1"')


@pytest.mark.parametrize(
    ("before", "answers", "state", "days"),
    [
        (None, ["alive"], "alive", 7),
        (None, ["dead"], "dead", 1),
        (FOUND, ["dead", "dead"], "dead", 7),
        (FOUND, ["dead"] * 9, "dead", 30),
        (FOUND, ["unsure"], "unsure", 0.25),
        (FOUND, ["unsure"] * 3, "unsure", 3),
        (FOUND, ["unsure"] * 4, "dead", 30),
        (FOUND, ["dead", "unsure"], "dead", 7),
        (FOUND, ["dead", "alive"], "alive", 7),
        (FOUND, ["unsure"] * 3 + ["alive", "unsure"], "unsure", 0.25),
    ],
)
def test_what_is_missed_is_asked_for_ever_more_seldom(
    before: Check | None, answers: list[State], state: str, days: float
) -> None:
    check = before
    for one in answers:
        check = judged(check, Answer(one, "So."), CODE, "github.com", NOON)
    assert check is not None
    assert check.state == state
    assert check.due_at - NOON == pytest.approx(timedelta(days=days), rel=0.11)
    assert (check.dead_since is not None) == (state == "dead")


def test_what_was_once_known_stays_known() -> None:
    dead = judged(FOUND, Answer("dead", "Gone."), CODE, "github.com", NOON + timedelta(days=1))
    assert (dead.facts, dead.seen_alive_at, dead.etag) == (FOUND.facts, NOON, "")
    later = judged(dead, Answer("dead", "Gone."), CODE, "github.com", NOON + timedelta(days=9))
    assert later.dead_since == NOON + timedelta(days=1)
    unchanged = judged(FOUND, Answer("alive", "Unchanged."), CODE, "github.com", NOON)
    assert (unchanged.facts, unchanged.etag) == (FOUND.facts, '"1"')
    assert replace(unchanged, said="") == replace(FOUND, due_at=unchanged.due_at)
