import json

import pytest

from broadsheet import logs


def test_addresses_and_tokens_never_reach_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(json=True)
    logs.get_logger("test").info("mail_sent", to="ada@example.org", link="https://x/?token=" + "a" * 43, paper=12)
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "mail_sent"
    assert line["paper"] == 12
    assert "ada" not in line["to"]
    assert "aaa" not in line["link"]
