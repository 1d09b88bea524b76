"""The installed command as a process: what it says when it starts, and how it ends."""

from pathlib import Path

from tests.doors.instance import running


def test_it_serves_says_where_and_stops_when_told(tmp_path: Path) -> None:
    with running(tmp_path / "home", "--no-tick") as instance:
        assert '"ok"' in instance.get("/healthz")
        said = instance.log.read_text()
        assert f"Broadsheet is at {instance.url}  (stop with Ctrl-C)" in said
        assert f"Home: {instance.home}" in said
        assert "Mail: " in said
    assert "Traceback" not in instance.log.read_text()


def test_several_workers_serve_one_port_and_stop_together(tmp_path: Path) -> None:
    with running(tmp_path / "home", "--no-tick", "--workers", "2") as instance:
        assert '"ok"' in instance.get("/healthz")
        assert "Broadsheet" in instance.get("/")
