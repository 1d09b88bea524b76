import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Instance

PAGES = ["/subscribe", "/subscribe/asked", "/sign-in", "/sign-in/asked"]


def asked(instance: Instance, host: str, client: str, path: str, **headers: str) -> str:
    made = TestClient(instance.client.app, base_url=f"http://{host}:8080", client=(client, 4711))
    return made.get(path, headers=headers).text


@pytest.mark.parametrize("path", PAGES)
def test_where_mails_lie_is_told_to_whoever_sits_at_the_machine(instance: Instance, path: str) -> None:
    page = asked(instance, "localhost", "127.0.0.1", path)
    assert str(instance.outbox) in page
    assert "are not sent yet" not in page


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("host", "client", "headers"),
    [
        ("papers.example", "198.51.100.7", {}),
        ("papers.example", "127.0.0.1", {}),  # a proxy of the same machine, or a page that lured a browser here
        ("localhost", "127.0.0.1", {"X-Forwarded-For": "198.51.100.7"}),
        ("localhost", "192.168.1.2", {}),
    ],
)
def test_others_hear_no_path(instance: Instance, path: str, host: str, client: str, headers: dict[str, str]) -> None:
    page = asked(instance, host, client, path, **headers)
    assert "are not sent yet" in page
    assert str(instance.outbox) not in page
    assert "outbox" not in page
    assert str(instance.outbox.parent) not in page
