import json

from tests.cli.conftest import Call


def test_from_nobody_to_an_admin(call: Call) -> None:
    status, out, _ = call("readers", "list")
    assert status == 0
    assert "readers add you@example.org --role admin" in out
    status, out, _ = call("readers", "add", "ada@quill.example", "--name", "Ada")
    assert status == 0
    assert "is Ada, reader" in out
    assert call("readers", "role", "ADA@quill.example", "admin")[1] == "ada@quill.example is admin now.\n"
    listed = json.loads(call("readers", "list", "--json")[1])
    assert [(one["address"], one["role"], one["signed_in_at"]) for one in listed] == [
        ("ada@quill.example", "admin", None)
    ]
    assert "never signed in" in call("readers", "list")[1]


def test_what_cannot_be_is_one_sentence(call: Call) -> None:
    for words, said in (
        (("add", "nobody"), "no mail address"),
        (("add", "ada@quill.example", "--role", "root"), "choose reader, editor or admin"),
        (("role", "ada@quill.example", "editor"), "There is no such reader"),
    ):
        status, out, err = call("readers", *words)
        assert (status, out) == (1, "")
        assert said in err
        assert err.count("\n") == 1
