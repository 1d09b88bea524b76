"""Hostile values at every door of the table: no fault of ours, no markup of theirs, and nothing changed by looking."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from broadsheet.app import App
from broadsheet.clock import FixedClock
from broadsheet.database import changes
from broadsheet.database.schema import metadata
from broadsheet.editions.edition import Edition
from broadsheet.editions.editions import Editions
from broadsheet.errors import Invalid, TooMany
from broadsheet.web.headers import POLICY
from tests.doors.doors import Door, doors, look_over

HOSTILE = {
    "10 kB": "moss " * 2_000,
    "beyond 10 kB": "a" * 30_000,
    "nothing": "",
    "spaces": " \t\r\n ",
    "punctuation": "!?.,;:-–—…*+~^()[]{}|\\/@#$%&=",
    "one quote": '"',
    "unbalanced": '"tide tables AND (moss OR "',
    "operators": "AND OR NOT -- - + ^2 ~1 *",
    "regex bomb": "(a+)+$" + "a" * 60 + "!",
    "nested": "(" * 3_000,
    "many quotes": '"a" ' * 1_000,
    "many conditions": "cat:cs.IR has:code author:quill date:2024.. -moss " * 40,
    "broken conditions": "author: cat:: date:.. date:9999-99-99 has:gold -",
    "NUL": "tide\x00table",
    "controls": "".join(map(chr, range(32))) + "\x7f\x85",
    "lone surrogate": "tide\ud800table\udfff",
    "other scripts": "潮汐表 таблица приливов जल مد و جزر 조석 สาหร่าย 𝕏𝔩 🌊",
    "bidi": "\u202egnp.evil\u202c \u2066abc\u2069 \u200frtl\u061c",
    "combining": "e" + "\u0301" * 2_000,
    "markup": "<script>alert(1)</script>",
    "attribute": "\"'><img src=x onerror=alert(1)>",
    "template": "{{7*7}}${7*7}<%= 7*7 %>{% raw %}",
    "address": "javascript:alert(1)//",
    "host": "//evil.example/\\evil.example",
    "SQL": "1'; DROP TABLE paper; --",
    "path": "../../../../etc/passwd",
    "format": "%s%n%x{0}{self.__class__}",
    "header": "a\r\nSet-Cookie: evil=1\r\n\r\n<script>alert(1)</script>",
    "huge number": "9" * 400,
    "number": "-1",
    "no number": "NaN",
    "infinite": "1e999",
    "day out of range": "9999-12-31",
    "first day": "0001-01-01",
    "no day": "2026-02-30",
    "week day": "2026-W01-1",
    "arXiv number": "arXiv:9999.99999v0",
    "DOI": "10.5555/<script>alert(1)</script>",
    "token": "ab." * 1_700,
    "TeX": "$" + "\\frac{" * 400 + "$",
    "digits of another script": "٣²①",
}
# Every name that a door reads today, and one that none does.
SEARCHED = "q cat source has since until sort page limit offset cursor after diversity".split()
NAMES = [*SEARCHED, *"token id said day size key name".split()]
ENOUGH = 12_000  # characters; the client works long on a long address
LONGEST_ADDRESS = 60_000  # characters; servers and clients refuse more before a door sees it
FIELDS = "address hour timezone days size token theme back form_token".split()
TALKED = "text paper answers do comment reader reason note why".split()
OWN_FIELDS = [*"name token_name scope token_id sure address back token".split(), *TALKED]
STRANGE_TYPES = ("application/json", "multipart/form-data; boundary=x", "text/plain; charset=utf-7", "", "\xff")
METHODS = "GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND".split()


@pytest.fixture
def client(app: App) -> Iterator[TestClient]:
    app.trending.refresh()
    app.editions.publish_due(ready=True)
    with TestClient(app.asgi(ticking=False), raise_server_exceptions=False, follow_redirects=False) as found:
        yield found


@pytest.fixture
def table(client: TestClient) -> list[Door]:
    return list(doors(client.app.routes))  # type: ignore[attr-defined]


def readable(table: list[Door]) -> list[Door]:
    return [door for door in table if "GET" in door.methods]


def under_every_name(value: str) -> str:
    """Return a query that gives `value` to each name, a long one to the first of them."""
    one = query([("parameter", value)])
    return query([(name, value) for name in NAMES[: max(1, ENOUGH // len(one))]])


def query(pairs: list[tuple[str, str]]) -> str:
    return urlencode(pairs, errors="surrogatepass")


def state(app: App) -> dict[str, int]:
    """Return how many rows each table has, and the number of the newest change."""
    with app.database.read() as connection:
        rows = {
            name: int(connection.execute(select(func.count()).select_from(found)).scalar_one())
            for name, found in metadata.tables.items()
        }
        return rows | {"changes": changes.last(connection)}


def own_form(client: TestClient) -> str:
    """Return the token that forms of this client's browser must carry."""
    client.cookies.clear()
    page: str = client.get("/subscribe").text
    return page.partition('name="form_token" value="')[2].partition('"')[0]


def test_the_walk_finds_the_doors(table: list[Door]) -> None:
    paths = {door.path for door in table}
    assert {"/", "/search", "/paper/{key:path}", "/api/v1/search", "/feeds/daily.atom", "/healthz"} <= paths
    assert any(door.methods == {"POST"} for door in table)


def test_hostile_values_in_every_path_and_query(client: TestClient, table: list[Door], app: App) -> None:
    before = state(app)
    for door in readable(table):
        for named, value in HOSTILE.items():
            path, asked = door.filled(value), under_every_name(value)
            look_over(client.get(f"{path}?{asked}"[:LONGEST_ADDRESS]), named)
    assert state(app) == before


@pytest.mark.parametrize("path", ["/search", "/api/v1/search"])
def test_hostile_values_in_one_parameter_at_a_time(client: TestClient, app: App, path: str) -> None:
    before = state(app)
    for name in SEARCHED:
        for named, value in HOSTILE.items():
            asked = [(name, value)] if name == "q" else [("q", "tide tables"), (name, value)]
            look_over(client.get(f"{path}?{query(asked)}"), (name, named))
    assert state(app) == before


def test_parameters_that_are_repeated_or_broken(client: TestClient, table: list[Door]) -> None:
    repeated = query([(name, value) for name in NAMES for value in ("cs.IR", "<script>alert(1)</script>", "2")])
    many = query([("cat", f"cs.{n}") for n in range(500)])
    for door in readable(table):
        for asked in (repeated, many, "&&&===&q", "%", "q=%ff%fe&q=%zz", "q=%ED%A0%80", "q[]=a&q[0]=b", ";" * 500):
            look_over(client.get(f"{door.filled('x')}?{asked}"), asked)


def test_paths_that_nobody_has(client: TestClient) -> None:
    long = "/".join(["very-long"] * 1_500)
    for path in (
        long,
        "%00",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/%2e%2e/etc/passwd",
        "%ff",
        "%E2%80%AEexe",
        ".git/config",
    ):
        for prefix in ("/", "/paper/", "/edition/", "/api/v1/", "/api/v1/papers/", "/static/", "/static/x/", "/feeds/"):
            answer = client.get(prefix + path)
            look_over(answer, path)
            assert answer.status_code in (307, 400, 404, 422), (prefix, path)
            assert answer.headers.get("location", f"{client.base_url}/").startswith(f"{client.base_url}/"), path
            assert "root:" not in answer.text


def test_wrong_methods_are_told_and_change_nothing(client: TestClient, table: list[Door], app: App) -> None:
    before = state(app)
    offered: dict[str, set[str]] = {}
    for door in table:
        offered.setdefault(door.filled("x"), set()).update(door.methods)
    for path, methods in offered.items():
        for method in set(METHODS) - methods:
            answer = client.request(method, path)
            look_over(answer, method)
            assert answer.status_code == 405, (method, path, answer.status_code)
            assert answer.headers["allow"], (method, path)
    assert state(app) == before


def test_hostile_forms(client: TestClient, table: list[Door], app: App) -> None:
    before = state(app)
    token = own_form(client)
    for door in table:
        if "POST" in door.methods:
            for named, value in HOSTILE.items():
                fields = [(name, token if name == "form_token" else value) for name in FIELDS]
                posted = {"content": query(fields), "headers": {"content-type": "application/x-www-form-urlencoded"}}
                answer = client.post(door.filled("x"), **posted)
                look_over(answer, named)
                assert 400 <= answer.status_code < 500, (door.path, named, answer.status_code)
                assert answer.status_code != 403, "the form was refused before its fields were read"
    assert state(app) == before


def test_hostile_forms_of_a_reader_who_is_signed_in(client: TestClient, table: list[Door], app: App) -> None:
    reader = app.accounts.readers.add("ada@quill.example")
    session = app.accounts.sessions.begin(reader.id)
    own_form(client)
    client.cookies.set("broadsheet_session", session)
    token = client.get("/me").text.partition('name="form_token" value="')[2].partition('"')[0]
    # What is submitted is asked of sources elsewhere: that form is tried with local ones, in tests/web.
    left_out = ("/sign-out", "/submit", "/api/v1/submissions")
    forms = [door.path for door in table if "POST" in door.methods and not door.path.startswith(left_out)]
    assert {"/me/name", "/me/tokens", "/vote"} <= set(forms)
    for path in forms:
        for named, value in HOSTILE.items():
            fields = [(name, value) for name in OWN_FIELDS]
            for vote in (value, f"1 {value}"):
                body = query([*fields, ("vote", vote), ("form_token", token)])
                kind = {"content-type": "application/x-www-form-urlencoded"}
                look_over(client.post(path, content=body, headers=kind), (path, named))
    for path in ("/me", "/me/export", "/"):
        look_over(client.get(path), path)
    assert app.accounts.sessions.reader(session), "a hostile form signed the reader out"


def test_hostile_forms_at_the_desk(client: TestClient, app: App, clock: FixedClock) -> None:
    editor = app.accounts.readers.add("ada@quill.example", "editor")
    own_form(client)
    client.cookies.set("broadsheet_session", app.accounts.sessions.begin(editor.id))
    token = client.get("/me").text.partition('name="form_token" value="')[2].partition('"')[0]
    span, paper = app.desk.next_span(), app.catalogue.newest(1)[0].key
    right = {"revision": "0", "paper-1": paper, "kicker-1": "", "blurb-1": "", "goes_out": "", "do": "save", "from": ""}
    for name in right:
        for named, value in HOSTILE.items():
            seen = {"revision": str(app.desk.draft(span).revision)}
            sent = right | seen | {name: value, "form_token": token}
            kind = {"content-type": "application/x-www-form-urlencoded"}
            for told in ("save", f"pick {value}", f"place {paper} {value}"):
                body = query(list(({"do": told} | sent if name == "do" else sent | {"do": told}).items()))
                look_over(client.post(f"/desk/{span.name}", content=body, headers=kind), (name, named))
    look_over(client.get(f"/desk/{span.name}"), "the desk after all that")
    clock.sleep(86_400)
    app.desk.publish(app.desk.draft(span), by=None)
    for named, value in HOSTILE.items():
        body = query([("paper", value), ("note", value), ("form_token", token)])
        look_over(client.post(f"/desk/{span.name}/correction", content=body, headers=kind), named)
        look_over(
            client.post(
                f"/desk/{span.name}/correction", content=query([("note", value), ("form_token", token)]), headers=kind
            ),
            named,
        )
    look_over(client.get(f"/edition/{span.name}"), "the page after all that")


def test_hostile_comments(client: TestClient, app: App) -> None:
    reader, paper = app.accounts.readers.add("ada@quill.example"), app.catalogue.newest(1)[0]
    written = 0
    for named, value in HOSTILE.items():
        try:
            app.community.comments.write(reader, paper.id, value)
        except Invalid:
            continue
        except TooMany:
            app.clock.sleep(3_600)
            app.community.comments.write(reader, paper.id, value)
        written += 1
        look_over(client.get(f"/paper/{paper.key}"), named)
    assert written > 30
    assert app.community.comments.counts([paper.id]) == {paper.id: written}


def test_one_hostile_field_in_a_form_that_is_else_right(client: TestClient) -> None:
    token = own_form(client)
    right = {"address": "ada@quill.example", "hour": "7", "timezone": "UTC", "days": "daily", "size": "10"}
    for path, fields, names in (
        ("/subscribe", right, ("address", "hour", "timezone")),
        (
            "/subscribe/search",
            {"address": "ada@quill.example", "question": "q=tides"},
            ("address", "question", "edition"),
        ),
        ("/theme", {"theme": "dark", "back": "/"}, ("theme", "back")),
    ):
        for name in names:
            for named, value in HOSTILE.items():
                answer = client.post(
                    path, data=fields | {name: value.encode("utf-8", "surrogatepass"), "form_token": token}
                )
                look_over(answer, (name, named))
                assert answer.headers.get("location", "/").startswith("/"), (name, named)
                assert not answer.headers.get("location", "/").startswith(("//", "/\\")), (name, named)
                assert "evil" not in answer.cookies


def test_bodies_of_the_wrong_kind_or_size(client: TestClient, table: list[Door], app: App) -> None:
    before = state(app)
    for door in table:
        if "POST" not in door.methods:
            continue
        for kind in STRANGE_TYPES:
            answer = client.post(
                door.filled("x"),
                content=b'{"address": "<script>alert(1)</script>"}',
                headers={"content-type": kind.encode("latin-1")},
            )
            look_over(answer, kind)
            expected = (415, 422) if door.path.startswith("/api/") else (400, 403, 415)
            assert answer.status_code in expected, (door.path, kind, answer.status_code)
        json = door.path.startswith("/api/")
        form = {"content-type": "application/json" if json else "application/x-www-form-urlencoded"}
        assert client.post(door.filled("x"), content=b"a" * 2_000_000, headers=form).status_code == 413
        for body in (b"&" * 10_000, b"a=1&" * 3_000, b"\xff\xfe=%zz&token=%00", b"form_token=" + b"\xed\xa0\x80"):
            look_over(client.post(door.filled("x"), content=body, headers=form), body[:20])
    assert state(app) == before


def test_hostile_headers(client: TestClient, table: list[Door]) -> None:
    strange = (b"\xff\xfe", b"<script>alert(1)</script>", b"a" * 5_000, b'"', b"broadsheet_form=\xc3\xa9" + b"x" * 30)
    for door in readable(table):
        for value in strange:
            for name in ("cookie", "if-none-match", "host"):
                answer = client.get(door.filled("x"), headers={name: value})
                look_over(answer, (name, value))


def test_looking_changes_nothing(client: TestClient, table: list[Door], app: App) -> None:
    before = state(app)
    for door in readable(table):
        for value in ("x", "2026-01-15", "1904.09730"):
            for method in ("GET", "HEAD"):
                look_over(client.request(method, door.filled(value)))
    assert state(app) == before
    assert before["paper"] > 50


def test_the_page_of_a_fault_of_ours_is_guarded_and_tells_nothing(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_editions: Editions) -> Edition:
        raise RuntimeError("secret words")

    monkeypatch.setattr(Editions, "today", broken)
    answer = client.get("/?q=%3Cscript%3Ealert(1)%3C/script%3E")
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == POLICY
    assert "Something broke" in answer.text
    assert "secret" not in answer.text
    assert "alert(1)" not in answer.text
