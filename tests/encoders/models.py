"""A model folder made on the spot: a BERT of two layers with seeded weights, so that no test needs 90 MB to break."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WIDTH, INNER, LAYERS, HEADS, LONGEST = 32, 160, 2, 4, 24
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "dense", "feature", "galaxy", "network", "reuse", ".", "##s", "moss")


def config() -> dict[str, Any]:
    return {
        "model_type": "bert",
        "hidden_act": "gelu",
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "vocab_size": len(WORDS),
        "max_position_embeddings": LONGEST,
        "layer_norm_eps": 1e-12,
    }


def weights(seed: int = 5) -> dict[str, NDArray[np.float32]]:
    chance = np.random.default_rng(seed)

    def some(*sizes: int) -> NDArray[np.float32]:
        return (chance.standard_normal(sizes) * 0.3).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": some(len(WORDS), WIDTH),
        "embeddings.position_embeddings.weight": some(LONGEST, WIDTH),
        "embeddings.token_type_embeddings.weight": some(2, WIDTH),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in range(LAYERS):
        start = f"encoder.layer.{layer}."
        for part in ("query", "key", "value"):
            found |= _pair(f"{start}attention.self.{part}", some(WIDTH, WIDTH), some(WIDTH))
        found |= _pair(start + "attention.output.dense", some(WIDTH, WIDTH), some(WIDTH))
        found |= _pair(start + "intermediate.dense", some(INNER, WIDTH), some(INNER))
        found |= _pair(start + "output.dense", some(WIDTH, INNER), some(WIDTH))
        norms += [start + "attention.output.LayerNorm", start + "output.LayerNorm"]
    for norm in norms:
        found |= _pair(norm, 1 + some(WIDTH), some(WIDTH))
    return found


def write_safetensors(path: Path, tensors: dict[str, NDArray[Any]]) -> None:
    header, data = {}, b""
    for name, tensor in tensors.items():
        kind = {"float32": "F32", "float16": "F16", "int64": "I64"}[str(tensor.dtype)]
        end = len(data) + tensor.nbytes
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [len(data), end]}
        data += tensor.tobytes()
    head = json.dumps(header | {"__metadata__": {"format": "pt"}}).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + data)


def write_model(folder: Path) -> Path:
    """Write a whole folder in the form of sentence-transformers."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer(models.WordPiece({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps(config()))
    (folder / "sentence_bert_config.json").write_text(json.dumps({"max_seq_length": LONGEST}))
    write_safetensors(folder / "model.safetensors", weights())
    return folder


def _pair(name: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    return {f"{name}.weight": weight, f"{name}.bias": bias}
