from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from broadsheet.errors import Unavailable
from broadsheet.mail.keys import DkimKeys


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "home" / "dkim"


def test_a_key_is_made_once_and_for_its_user_alone(folder: Path) -> None:
    keys = DkimKeys(folder, "pen")
    assert keys.current() == []
    (key,) = keys.make()
    assert (key.selector, key.algorithm) == ("pen", "rsa-sha256")
    assert isinstance(key.private, RSAPrivateKey)
    assert key.private.key_size == 2048
    assert [(path.name, path.stat().st_mode & 0o777) for path in folder.iterdir()] == [("pen.pem", 0o600)]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [one.record for one in DkimKeys(folder, "pen").make()] == [key.record]


def test_an_ed25519_key_stands_beside_it(folder: Path) -> None:
    keys = DkimKeys(folder, "pen")
    (rsa,) = keys.make()
    both = keys.make(ed25519=True)
    assert [key.selector for key in both] == ["pen", "pen-ed25519"]
    assert both[0].record == rsa.record
    assert both[1].record.startswith("v=DKIM1; k=ed25519; p=")
    assert len(both[1].record.partition("p=")[2]) == 44  # 32 bytes in base64


def test_a_key_made_meanwhile_is_found(folder: Path) -> None:
    running = DkimKeys(folder, "pen")
    assert running.current() == []
    made = DkimKeys(folder, "pen").make()
    assert [key.record for key in running.current()] == [made[0].record]


def test_a_private_key_is_not_told(folder: Path) -> None:
    (key,) = DkimKeys(folder, "pen").make()
    secret = (folder / "pen.pem").read_text().splitlines()[1]
    assert secret not in repr(key) + key.record
    assert "PrivateKey" not in repr(key)


@pytest.mark.parametrize("content", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
def test_a_broken_key_stops_mails_and_says_what_to_do(folder: Path, content: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "pen.pem").write_bytes(content)
    with pytest.raises(Unavailable, match=r"pen\.pem cannot be read .* backup"):
        DkimKeys(folder, "pen").current()


def test_a_folder_that_cannot_be_written_is_told(folder: Path) -> None:
    folder.parent.mkdir()
    folder.write_text("in the way")
    with pytest.raises(Unavailable, match="cannot be written"):
        DkimKeys(folder, "pen").make()
