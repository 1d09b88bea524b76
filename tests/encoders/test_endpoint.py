import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from broadsheet.clock import FixedClock
from broadsheet.encoders import Encoder, load_encoder
from broadsheet.encoders.endpoint import BATCH, LONGEST, REST, Access, EndpointEncoder
from broadsheet.errors import Invalid, Unavailable
from broadsheet.outgoing import Outgoing
from tests.encoders.embeddings import Embeddings
from tests.sources.servers import serving

KEY = "sk-hush"


@pytest.fixture(scope="module")
def table() -> Encoder:
    return load_encoder("static")


@pytest.fixture(scope="module")
def running(table: Encoder) -> Iterator[tuple[Embeddings, str]]:
    server = Embeddings(table)
    with serving(server.app()) as base:
        yield server, f"{base}/v1"


@pytest.fixture
def server(running: tuple[Embeddings, str]) -> Embeddings:
    for kept in (running[0].faults, running[0].asked, running[0].headers):
        kept.clear()
    return running[0]


@pytest.fixture
def outgoing(clock: FixedClock) -> Outgoing:
    return Outgoing(user_agent="test", clock=clock, allow_private=True, patience=3.0, jitter=lambda: 0.5)


@pytest.fixture
def access(outgoing: Outgoing, clock: FixedClock) -> Access:
    return Access(outgoing, clock, "moss-embed", KEY)


@pytest.fixture
def encoder(running: tuple[Embeddings, str], server: Embeddings, access: Access) -> Encoder:
    return load_encoder(running[1] + "/", access)


def rows(change: Any) -> Any:
    """Return a fault that changes each embedding."""
    return lambda data: [one | {"embedding": change(one["embedding"])} for one in data]


def test_it_asks_for_the_model_with_the_key(encoder: Encoder, server: Embeddings) -> None:
    encoder.encode_queries(["galaxy", "moss"])
    assert server.asked[-1] == {"model": "moss-embed", "input": ["galaxy", "moss"]}
    assert server.headers[-1]["authorization"] == f"Bearer {KEY}"
    assert server.headers[-1]["content-type"] == "application/json"
    assert encoder.name == "moss-embed"


def test_without_a_key_none_is_sent(running: tuple[Embeddings, str], server: Embeddings, access: Access) -> None:
    EndpointEncoder(running[1], replace(access, key="")).encode_queries(["galaxy"])
    assert "authorization" not in server.headers[-1]


def test_vectors_are_those_of_the_server_at_unit_length(encoder: Encoder, server: Embeddings, table: Encoder) -> None:
    texts = ["galaxy", "", "feature reuse"]
    np.testing.assert_allclose(encoder.encode_queries(texts), table.encode_queries(texts), atol=1e-6)
    server.faults = [rows(lambda vector: [7 * number for number in vector])]
    np.testing.assert_allclose(encoder.encode_queries(["galaxy"]), table.encode_queries(["galaxy"]), atol=1e-6)


def test_the_dimension_is_asked_once(encoder: Encoder, server: Embeddings) -> None:
    assert (encoder.dimension, encoder.dimension, len(encoder.fingerprint)) == (256, 256, 12)
    assert len(server.asked) == 1


def test_another_model_is_another_fingerprint(running: tuple[Embeddings, str], access: Access) -> None:
    models = [load_encoder(running[1], replace(access, model=model)) for model in ("one", "two")]
    assert models[0].fingerprint != models[1].fingerprint


def test_many_texts_go_in_batches_and_come_back_in_order(encoder: Encoder, server: Embeddings, table: Encoder) -> None:
    texts = [f"galaxy {n}" for n in range(BATCH + 5)]
    server.faults = [None, lambda data: data[::-1]]  # a server may answer in any order: the index tells
    np.testing.assert_allclose(encoder.encode_queries(texts), table.encode_queries(texts), atol=1e-6)
    assert [len(question["input"]) for question in server.asked] == [1, BATCH, 5]


def test_of_a_long_text_the_beginning_is_sent(encoder: Encoder, server: Embeddings) -> None:
    encoder.encode_papers([("moss", "a " * LONGEST)])
    assert len(server.asked[-1]["input"][0]) == LONGEST


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Response(status_code=401), r"refused the key \(401\); check BROADSHEET_ENCODER_KEY"),
        (Response(status_code=404), "knows no such address or model"),
        (PlainTextResponse("input too long", 400), "answered with status 400"),
        (RedirectResponse("http://127.0.0.1:9/"), "answered with status 307"),
        (Response("<!DOCTYPE html><title>Sign in</title>", media_type="text/html"), "no list of embeddings"),
        (Response('{"error": "loading"}'), "no list of embeddings"),
        (Response('{"data": [{"embedding": [1]}]}'), "no list of embeddings"),
        (Response(json.dumps({"data": [{"index": 0, "embedding": "AACAPw=="}]})), "not all lists"),
        (Response(json.dumps({"data": [{"index": 0, "embedding": []}]})), "finite numbers"),
        (Response('{"data": [{"index": 0, "embedding": [NaN, 1]}]}'), "finite numbers"),
        (Response('{"data": [{"index": 0, "embedding": [1e99, 1]}]}'), "finite numbers"),
        (lambda _: [], "answered 0 vectors to 1 texts"),
        (lambda data: data + data, "answered 2 vectors to 1 texts"),
        (rows(lambda vector: vector[1:]), "255 numbers after 256: it runs another model"),
    ],
)
def test_a_useless_answer_is_told_in_words(
    encoder: Encoder, server: Embeddings, clock: FixedClock, fault: Any, told: str
) -> None:
    assert encoder.dimension == 256
    server.faults = [fault]
    with pytest.raises(Unavailable, match=told) as raised:
        encoder.encode_queries(["galaxy"])
    assert KEY not in raised.value.message
    clock.sleep(REST.total_seconds())
    assert encoder.encode_queries(["galaxy"]).any()


def test_rows_of_unequal_length_are_refused(encoder: Encoder, server: Embeddings) -> None:
    server.faults = [None, lambda data: [data[0], data[1] | {"embedding": [1.0]}]]
    with pytest.raises(Unavailable, match="not all lists of as many numbers"):
        encoder.encode_queries(["galaxy", "moss"])


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_is_asked_again(encoder: Encoder, server: Embeddings, status: int) -> None:
    server.faults = [Response(status_code=status)]
    assert encoder.encode_queries(["galaxy"]).any()


def test_a_server_that_stays_out_of_order_is_given_up(encoder: Encoder, server: Embeddings) -> None:
    server.faults = [Response(status_code=500)] * 9
    with pytest.raises(Unavailable, match="out of order"):
        encoder.encode_queries(["galaxy"])
    assert len(server.asked) < 4


def test_a_long_wait_asked_for_is_not_waited_out(encoder: Encoder, server: Embeddings, clock: FixedClock) -> None:
    server.faults = [Response(status_code=429, headers={"retry-after": "40"})]
    before = clock.now()
    with pytest.raises(Unavailable, match="visited less often"):
        encoder.encode_queries(["galaxy"])
    assert (clock.now() - before).total_seconds() < 1


def test_a_server_that_is_too_slow_is_given_up(
    encoder: Encoder, server: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("broadsheet.encoders.endpoint._QUERY_SECONDS", 0.05)
    assert encoder.dimension
    server.faults = [0.3] * 5
    with pytest.raises(Unavailable, match="too long to answer"):
        encoder.encode_queries(["galaxy"])


def test_after_a_fault_nobody_waits_for_the_server_for_a_while(
    encoder: Encoder, server: Embeddings, clock: FixedClock
) -> None:
    server.faults = [Response(status_code=401)]
    for _ in range(3):
        with pytest.raises(Unavailable, match="refused the key"):
            encoder.encode_queries(["galaxy"])
    assert len(server.asked) == 1
    clock.sleep(REST.total_seconds())
    assert encoder.encode_queries(["galaxy"]).any()


def test_an_instance_can_start_while_the_server_is_away(
    running: tuple[Embeddings, str], server: Embeddings, access: Access, tmp_path: Path
) -> None:
    access = replace(access, memory=tmp_path / "encoder.json")
    known = load_encoder(running[1], access).fingerprint
    server.faults = [Response(status_code=500)] * 9
    asked = len(server.asked)
    again = load_encoder(running[1], access)
    assert (again.dimension, again.fingerprint, len(server.asked)) == (256, known, asked)
    assert KEY not in (tmp_path / "encoder.json").read_text()


def test_a_dimension_of_another_model_is_not_remembered(
    running: tuple[Embeddings, str], server: Embeddings, access: Access, tmp_path: Path
) -> None:
    memory = tmp_path / "encoder.json"
    memory.write_text(json.dumps({"url": f"{running[1]}/embeddings", "model": "moss-embed", "dimension": 8}))
    assert load_encoder(running[1], replace(access, model="other", memory=memory)).dimension == 256
    memory.write_text(json.dumps({"url": f"{running[1]}/embeddings", "model": "moss-embed", "dimension": 8}))
    access = replace(access, memory=memory)
    with pytest.raises(Unavailable, match="256 numbers after 8: it runs another model"):
        load_encoder(running[1], access).encode_queries(["galaxy"])
    assert load_encoder(running[1], access).dimension == 256


@pytest.mark.parametrize("kept", ["", "[]", "{", '{"url": 1}'])
def test_a_damaged_memory_is_asked_for_again(
    running: tuple[Embeddings, str], server: Embeddings, access: Access, tmp_path: Path, kept: str
) -> None:
    memory = tmp_path / "encoder.json"
    memory.write_text(kept)
    assert load_encoder(running[1], replace(access, memory=memory)).dimension == 256


def test_no_server_at_all_is_told(access: Access) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Unavailable, match="refused"):
        load_encoder(f"http://127.0.0.1:{port}/v1", access).encode_queries(["galaxy"])


def test_a_model_must_be_named(access: Access) -> None:
    with pytest.raises(Invalid, match="set BROADSHEET_ENCODER_MODEL"):
        load_encoder("http://127.0.0.1:1/v1", replace(access, model=""))
