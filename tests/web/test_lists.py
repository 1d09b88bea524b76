import re

import pytest
from starlette.testclient import TestClient

from tests.invented import record
from tests.web.conftest import Instance
from tests.web.test_signing import signed_in

PAPER = "arxiv:2601.00001"


@pytest.fixture
def signed(instance: Instance) -> Instance:
    instance.add(*(record(n) for n in range(1, 4)))
    signed_in(instance)
    return instance


def _made(signed: Instance, name: str = "To read", **more: str) -> str:
    return signed.post("/lists", name=name, **more).headers["location"]


def _stranger(signed: Instance) -> TestClient:
    return TestClient(signed.client.app, base_url="http://papers.example", raise_server_exceptions=False)


def test_a_list_is_started_filled_ordered_and_emptied(signed: Instance) -> None:
    path = _made(signed)
    assert path in signed.get("/me").text
    assert "No paper yet" in signed.get(path).text
    for n in (1, 2, 3):
        signed.post(f"{path}/paper", do="add", paper=f"https://arxiv.org/abs/2601.0000{n}")
    signed.post(f"{path}/paper", do="note", paper=PAPER, note="start <here>")
    page = signed.get(path).text
    assert 'value="start &lt;here&gt;"' in page
    assert _order(page) == ["1", "2", "3"]
    signed.post(f"{path}/paper", do="down", paper=PAPER)
    assert _order(signed.get(path).text) == ["2", "1", "3"]
    signed.post(f"{path}/paper", do="up", paper="arxiv:2601.00003")
    assert _order(signed.get(path).text) == ["2", "3", "1"]
    signed.post(f"{path}/paper", do="remove", paper="arxiv:2601.00002")
    assert _order(signed.get(path).text) == ["3", "1"]
    signed.post(f"{path}/paper", 400, do="burn", paper=PAPER)


def _order(page: str) -> list[str]:
    return re.findall(r'<input type="hidden" name="paper" value="arxiv:2601\.0000(\d)">', page)


def test_a_paper_that_is_not_here_is_told_beside_the_field(signed: Instance) -> None:
    path = _made(signed)
    for given in ("2612.99999", "nonsense", ""):
        assert 'id="paper-error"' in signed.post(f"{path}/paper", 400, do="add", paper=given).text


def test_a_private_list_is_nobodys_business(signed: Instance) -> None:
    path = _made(signed)
    signed.post(f"{path}/paper", do="add", paper=PAPER)
    stranger = _stranger(signed)
    for there in (path, f"{path}/papers.bib"):
        assert stranger.get(there).status_code == 404
    signed.post(f"{path}/change", name="Tides", about="slow ones", access="shared")
    page = stranger.get(path)
    assert page.status_code == 200
    assert '<meta name="robots" content="noindex">' in page.text
    assert "slow ones" in page.text
    assert "Delete the list" not in page.text
    again = signed.post(f"{path}/change", name="Tides", about="", access="private").headers["location"]
    assert stranger.get(path).status_code == 404
    assert not again.startswith(f"{path}?")


def test_a_public_list_may_be_indexed(signed: Instance) -> None:
    path = _made(signed, access="public")
    assert "noindex" not in _stranger(signed).get(path).text


@pytest.mark.parametrize(("form", "says"), [("bib", "@misc{"), ("ris", "TY  - "), ("json", '"title"')])
def test_papers_of_a_list_come_as_a_file(signed: Instance, form: str, says: str) -> None:
    path = _made(signed, name="Tides & ß/moss")
    for n in (1, 2):
        signed.post(f"{path}/paper", do="add", paper=f"arxiv:2601.0000{n}")
    answer = signed.get(f"{path}/papers.{form}")
    assert answer.text.count(says) == 2
    assert f"filename*=UTF-8''Tides%20%26%20%C3%9F-moss.{form}" in answer.headers["content-disposition"]
    signed.get(f"{path}/papers.exe", 404)


def test_papers_are_saved_from_their_own_page(signed: Instance) -> None:
    _made(signed, name="To read")
    page = signed.get(f"/paper/{PAPER}").text
    value = re.search(r'name="save" value="(1 [\w-]+)" aria-pressed="false"', page)
    assert value
    answer = signed.post("/lists/save", save=value[1], paper=PAPER, back=f"/paper/{PAPER}#lists")
    assert answer.headers["location"] == f"/paper/{PAPER}#lists"
    page = signed.get(f"/paper/{PAPER}").text
    assert f'name="save" value="0{value[1][1:]}" aria-pressed="true"' in page
    signed.post("/lists/save", save=f"0{value[1][1:]}", paper=PAPER)
    assert 'aria-pressed="true">To read' not in signed.get(f"/paper/{PAPER}").text
    signed.post("/lists/save", 400, save="2 x", paper=PAPER)
    signed.post("/lists/save", 404, save="1 nothing", paper=PAPER)


def test_a_script_is_told_how_it_stands(signed: Instance) -> None:
    key = _made(signed).rpartition("/")[2]
    token = re.search(r'name="form_token" value="(\w+)"', signed.get("/about").text)
    assert token
    fields = {"form_token": token[1], "save": f"1 {key}", "paper": PAPER}
    answer = signed.client.post("/lists/save", data=fields, headers={"Accept": "application/json"})
    assert answer.json() == {"held": True, "size": 1}


def test_a_new_list_takes_the_paper_along(signed: Instance) -> None:
    answer = signed.post("/lists", name="Tides", paper=PAPER, back=f"/paper/{PAPER}#lists")
    assert answer.headers["location"] == f"/paper/{PAPER}#lists"
    assert 'aria-pressed="true">Tides</button>' in signed.get(f"/paper/{PAPER}").text
    assert "put into" in signed.get("/me").text


def test_names_that_cannot_be_are_told_beside_their_field(signed: Instance) -> None:
    path = _made(signed)
    page = signed.post(f"{path}/change", 400, name=" ", about="kept as typed", access="shared").text
    assert 'id="name-error"' in page
    assert "kept as typed" in page
    assert 'id="access-error"' in signed.post(f"{path}/change", 400, name="x", about="", access="none").text


def test_deleting_takes_a_tick(signed: Instance) -> None:
    path = _made(signed)
    signed.post(f"{path}/delete", 400)
    signed.get(path)
    signed.post(f"{path}/delete", sure="delete")
    signed.get(path, 404)


def test_others_lists_are_read_and_never_changed(signed: Instance) -> None:
    bee = signed.site.accounts.readers.add("bee@quill.example")
    theirs = signed.site.community.lists.make(bee.id, "Hers", access="public")
    page = signed.get(f"/list/{theirs.key}").text
    assert "Take out" not in page
    signed.post(f"/list/{theirs.key}/change", 404, name="Mine", about="", access="public")
    signed.post(f"/list/{theirs.key}/paper", 404, do="add", paper=PAPER)
    signed.post(f"/list/{theirs.key}/delete", 404, sure="delete")


def test_who_is_not_signed_in_is_led_there(instance: Instance) -> None:
    instance.add(record(1))
    assert "/sign-in?back=/paper/arxiv%3A2601.00001%23lists" in instance.get(f"/paper/{PAPER}").text
    instance.post("/lists", 401, name="Tides")
    instance.post("/lists/save", 401, save="1 x", paper=PAPER)
