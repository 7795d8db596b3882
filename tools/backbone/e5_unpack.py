"""Take the 4-bit e5-small file apart and give it the shape of a `BertForMaskedLM`.

The file (magic `E5S1`) holds a header, a tokenizer we skip, a directory of tensors and their bytes.
Matrices are Q4_0: blocks of 32 weights, each an fp16 scale and 16 bytes; byte j carries weight j in
its low nibble and weight j + 16 in its high one, and a nibble n means (n - 8) * scale.

The masked-LM head is not in the file: a sentence encoder has none. It starts here as an identity
transform with the decoder tied to the word embedding; training makes a language model of it.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import torch

BLOCK = 32
# e5 short name -> BertModel name, inside layer N
LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
EMBEDDING = {
    "emb.word": "bert.embeddings.word_embeddings.weight",
    "emb.pos": "bert.embeddings.position_embeddings.weight",
    "emb.type": "bert.embeddings.token_type_embeddings.weight",
    "emb.ln.w": "bert.embeddings.LayerNorm.weight",
    "emb.ln.b": "bert.embeddings.LayerNorm.bias",
}


def dequantise_q4(raw: bytes, n: int) -> np.ndarray:
    """Q4_0 bytes -> n fp32 weights.

    >>> block = struct.pack("<e", 0.5) + bytes([0x90]) + bytes([0x88] * 15)
    >>> dequantise_q4(block, 32)[[0, 1, 16]].tolist()   # nibbles 0, 8, 9 -> -8, 0, 1 times 0.5
    [-4.0, 0.0, 0.5]
    """
    blocks = np.frombuffer(raw, dtype=np.uint8).reshape(-1, 2 + BLOCK // 2)  # (n/32, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)  # (n/32, 1)
    low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    codes = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (codes * scale).reshape(-1)[:n]


def read_tensors(path: Path) -> tuple[dict, dict[str, np.ndarray]]:
    """Header fields and every tensor of the file, flat, in fp32."""
    data = Path(path).read_bytes()
    if data[:4] != b"E5S1":
        raise ValueError(f"{path} is not an E5S1 file: it starts with {data[:4]!r}")
    at = 8

    def take(fmt: str):
        nonlocal at
        values = struct.unpack_from("<" + fmt, data, at)
        at += struct.calcsize("<" + fmt)
        return values

    names = ("hidden", "layers", "heads", "ffn", "vocab", "positions", "types")
    header = dict(zip(names, take("7i"), strict=True))
    header["eps"], block = take("fi")
    if block != BLOCK:
        raise ValueError(f"{path} has quantisation blocks of {block} weights, expected {BLOCK}")
    pieces, *_specials = take("5i")
    (blob,) = take("Q")
    at += 4 * (pieces + 1) + 4 * pieces + blob  # offsets, scores, text of the pieces
    _norms, norm_bytes = take("iI")
    at += norm_bytes
    (count,) = take("i")
    tensors = {}
    for _ in range(count):
        (length,) = take("H")
        name = data[at : at + length].decode()
        at += length
        quantised, n, offset, size = take("BIQQ")
        raw = data[offset : offset + size]
        tensors[name] = dequantise_q4(raw, n) if quantised else np.frombuffer(raw, "<f4", count=n)
    return header, tensors


def bert_state(header: dict, tensors: dict[str, np.ndarray]) -> dict[str, torch.Tensor]:
    """The weights under `BertForMaskedLM` names and shapes; the head starts as identity."""
    hidden, ffn = header["hidden"], header["ffn"]
    shapes = {"fi.w": (ffn, hidden), "fo.w": (hidden, ffn)}
    state = {}

    def put(name: str, values: np.ndarray, shape: tuple[int, ...]) -> None:
        state[name] = torch.from_numpy(values.astype(np.float32)).reshape(shape).clone()

    for short, name in EMBEDDING.items():
        put(name, tensors[short], (hidden,) if ".ln." in short else (-1, hidden))
    for layer in range(header["layers"]):
        for short, name in LAYER.items():
            for kind, suffix in (("w", "weight"), ("b", "bias")):
                key = f"{short}.{kind}"
                matrix = kind == "w" and not short.endswith("ln")
                shape = shapes.get(key, (hidden, hidden)) if matrix else (-1,)
                full = f"bert.encoder.layer.{layer}.{name}.{suffix}"
                put(full, tensors[f"l{layer}.{key}"], shape)
    head = "cls.predictions"
    state[f"{head}.transform.dense.weight"] = torch.eye(hidden)
    state[f"{head}.transform.dense.bias"] = torch.zeros(hidden)
    state[f"{head}.transform.LayerNorm.weight"] = torch.ones(hidden)
    state[f"{head}.transform.LayerNorm.bias"] = torch.zeros(hidden)
    state[f"{head}.bias"] = torch.zeros(header["vocab"])
    return state
