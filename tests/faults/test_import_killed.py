"""Kill -9 in the middle of `broadsheet papers import`, again and again: the next import loses nothing."""

import json
import random
import signal
import subprocess
import time
from pathlib import Path

from tests.doors.instance import COMMAND, command, environment

PAPERS = 15_000
KILLS = 4


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


def test_a_killed_import_loses_nothing_when_it_is_run_again(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path / "corpus.jsonl")
    env = environment(tmp_path / "home")
    command("settings", "show", env=env)
    chance = random.Random(5)
    killed = 0
    for _ in range(KILLS):
        process = subprocess.Popen([COMMAND, "papers", "import", str(corpus)], env=env, stderr=subprocess.DEVNULL)
        time.sleep(chance.uniform(1.0, 2.5))
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
