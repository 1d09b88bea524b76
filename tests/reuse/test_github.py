from datetime import UTC, datetime, timedelta

import pytest
from starlette.responses import Response

from broadsheet.clock import FixedClock
from broadsheet.outgoing import Outgoing
from broadsheet.reuse.answers import Paused
from broadsheet.reuse.github import GitHub, GitLab
from tests.conftest import NOON
from tests.reuse.hosts import Hosts, repository
from tests.sources.servers import html, instead, status, truncated

URL = "https://github.com/quill/looms"
PATH = "/repos/quill/looms"


@pytest.fixture
def github(outgoing: Outgoing, clock: FixedClock, base: str) -> GitHub:
    return GitHub(outgoing, clock, base_url=base)


def test_a_repository_is_known_by_one_request(github: GitHub, hosts: Hosts) -> None:
    hosts.there[PATH] = repository()
    answer = github.ask(URL, "")
    assert (answer.state, answer.said, answer.moved_to) == ("alive", "GitHub has it.", "")
    assert answer.facts is not None
    facts = answer.facts
    assert (facts.licence, facts.stars, facts.archived, facts.language) == ("MIT", 41, False, "Python")
    assert facts.pushed_at == datetime(2026, 1, 10, 8, tzinfo=UTC)
    assert facts.size == 2048 * 1024
    assert facts.environment is None
    assert hosts.asked == [f"GET {PATH}"]


def test_an_unchanged_one_costs_no_more_than_its_tag(github: GitHub, hosts: Hosts) -> None:
    hosts.there[PATH] = repository()
    etag = github.ask(URL, "").etag
    again = github.ask(URL, etag)
    assert (again.state, again.facts) == ("alive", None)


def test_a_moved_repository_tells_where_to(github: GitHub, hosts: Hosts) -> None:
    hosts.there[PATH] = repository("loomlab/looms")
    answer = github.ask(URL, "")
    assert (answer.state, answer.moved_to) == ("alive", "https://github.com/loomlab/looms")
    hosts.there[PATH] = repository("Quill/Looms")
    assert github.ask(URL, "").moved_to == ""


def test_a_fork_names_what_it_was_forked_from(github: GitHub, hosts: Hosts) -> None:
    hosts.there[PATH] = repository(fork=True, parent={"html_url": "https://github.com/loomlab/looms"})
    facts = github.ask(URL, "").facts
    assert facts is not None
    assert facts.fork_of == "https://github.com/loomlab/looms"


def test_what_has_no_licence_has_none(github: GitHub, hosts: Hosts) -> None:
    for licence in (None, {"spdx_id": "NOASSERTION"}, "MIT", {"spdx_id": 7}):
        hosts.there[PATH] = repository(license=licence)
        facts = github.ask(URL, "").facts
        assert facts is not None
        assert facts.licence is None


@pytest.mark.parametrize(
    ("code", "state"), [(404, "dead"), (410, "dead"), (451, "dead"), (400, "unsure"), (403, "unsure")]
)
def test_statuses_say_what_became_of_it(github: GitHub, hosts: Hosts, code: int, state: str) -> None:
    hosts.script.faults = [status(code)]
    assert github.ask(URL, "").state == state


def test_a_used_up_budget_is_a_pause_until_it_is_full_again(github: GitHub, hosts: Hosts) -> None:
    reset = str(int((NOON + timedelta(minutes=40)).timestamp()))
    hosts.script.faults = [status(403, x_ratelimit_remaining="0", x_ratelimit_reset=reset)]
    with pytest.raises(Paused) as told:
        github.ask(URL, "")
    assert told.value.until == NOON + timedelta(minutes=40)
    with pytest.raises(Paused):  # and nobody is asked in the meantime
        github.ask(URL, "")
    assert len(hosts.asked) == 1


def test_a_secondary_limit_is_a_pause_too(github: GitHub, hosts: Hosts) -> None:
    hosts.script.faults = [status(429, retry_after="600")]
    with pytest.raises(Paused) as told:
        github.ask(URL, "")
    assert told.value.until - NOON >= timedelta(minutes=10)


def test_the_words_of_a_limit_are_enough(github: GitHub, hosts: Hosts) -> None:
    def said(*_: object) -> Response:
        return Response('{"message": "You have exceeded a secondary rate limit."}', 403)

    hosts.script.faults = [said]
    with pytest.raises(Paused) as told:
        github.ask(URL, "")
    assert told.value.until == NOON + timedelta(minutes=1)


@pytest.mark.parametrize("fault", [html, truncated, instead("[]"), instead("7"), instead('"x"'), instead("[" * 5_000)])
def test_what_is_no_description_is_no_answer(github: GitHub, hosts: Hosts, fault: object) -> None:
    hosts.there[PATH] = repository()
    hosts.script.faults = [fault]  # type: ignore[list-item]
    answer = github.ask(URL, "")
    assert (answer.state, answer.facts) == ("unsure", None)


def test_odd_fields_are_no_facts(github: GitHub, hosts: Hosts) -> None:
    odd: dict[str, object] = {"stargazers_count": "many", "archived": 1, "pushed_at": 7, "size": -1, "html_url": None}
    hosts.there[PATH] = repository(**odd)
    facts = github.ask(URL, "").facts
    assert facts is not None
    assert (facts.stars, facts.archived, facts.pushed_at, facts.size) == (None, None, None, None)


def test_with_a_token_the_files_are_listed_and_the_token_stays_here(
    outgoing: Outgoing, clock: FixedClock, base: str, hosts: Hosts
) -> None:
    github = GitHub(outgoing, clock, base_url=base, token="ghp_secret")
    hosts.there[PATH] = repository()
    hosts.there[f"{PATH}/contents/"] = [{"name": "requirements.txt"}, {"name": "README.md"}]
    facts = github.ask(URL, "").facts
    assert facts is not None
    assert facts.environment == ("requirements.txt",)
    assert hosts.script.headers[0]["authorization"] == "Bearer ghp_secret"
    assert github.per_hour > GitHub(outgoing, clock, base_url=base).per_hour


def test_a_project_on_gitlab(outgoing: Outgoing, clock: FixedClock, base: str, hosts: Hosts) -> None:
    gitlab = GitLab(outgoing, clock, base_url=base)
    hosts.there["/api/v4/projects/quill%2Ftools%2Flooms"] = {
        "web_url": "https://gitlab.com/loomlab/looms",
        "star_count": 3,
        "last_activity_at": "2026-01-01T00:00:00.000Z",
        "license": {"key": "gpl-3.0"},
    }
    answer = gitlab.ask("https://gitlab.com/quill/tools/looms", "")
    assert (answer.state, answer.moved_to) == ("alive", "https://gitlab.com/loomlab/looms")
    assert answer.facts is not None
    assert (answer.facts.stars, answer.facts.licence) == (3, "gpl-3.0")
    assert gitlab.ask("https://gitlab.com/quill/gone", "").state == "dead"


def test_whom_to_ask_stands_in_the_address(github: GitHub) -> None:
    assert github.takes(URL)
    assert not github.takes("https://github.com/quill")
    assert not github.takes("https://gist.github.com/quill/1")
