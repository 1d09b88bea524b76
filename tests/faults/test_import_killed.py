"""Kill -9 in the middle of `broadsheet papers import`, again and again: the next import loses nothing."""

import json
import random
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from pathlib import Path

from tests.doors.instance import COMMAND, command, environment

PAPERS = 15_000
KILLS, EACH = 4, 1_500  # papers that are kept before a kill; thousands are left after the last


def _corpus(path: Path) -> Path:
    chance = random.Random(11)
    words = ["tide", "moss", "clock", "paper", "engine", "salt", "loom", "graph", "kernel", "orbit", "lens", "valve"]
    with path.open("w") as out:
        for n in range(PAPERS):
            title = f"{' '.join(chance.choices(words, k=5))} number {n}"
            line = {
                "id": f"arxiv:2601.{n:05d}",
                "title": title,
                "abstract": " ".join(chance.choices(words, k=80)),
                "authors": [f"{chance.choice(words).title()} Quill", "Ada Vale"],
                "published": "2026-01-05",
                "categories": ["cs.IR"],
                "urls": [f"https://arxiv.org/abs/2601.{n:05d}"],
                "source": "arxiv",
            }
            out.write(json.dumps(line) + "\n")
    return path


def rows_in(home: Path, table: str) -> int:
    """Return how many rows a table has; none where the database is not made yet."""
    url = f"file:{home / 'broadsheet.db'}?mode=ro"
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(url, uri=True, timeout=60)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608 - a test's own
    return 0


def test_a_killed_import_loses_nothing_when_it_is_run_again(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "corpus.jsonl")
    home = tmp_path / "home"
    env = environment(home)
    command("settings", "show", env=env)
    chance = random.Random(5)
    killed = 0
    for kill in range(1, KILLS + 1):
        process = subprocess.Popen([COMMAND, "papers", "import", str(corpus)], env=env, stderr=subprocess.DEVNULL)
        while rows_in(home, "paper") < kill * EACH and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.uniform(0.0, 0.3))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
    assert killed == KILLS, "the import ended before it could be killed"
    said = json.loads(command("papers", "import", str(corpus), "--json", env=env))
    assert said["read"] == PAPERS
    assert said["rejected"] == []
    exported = command("papers", "export", env=env).splitlines()
    assert len({json.loads(line)["id"] for line in exported}) == len(exported) == PAPERS + 74
    assert "agree" in command("index", "check", env=env)
    found = json.loads(command("search", "number 14242", "--json", env=env))
    assert "arxiv:2601.14242" in [result["paper"]["id"] for result in found["results"]]
