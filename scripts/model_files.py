"""Reads and writes model files (safetensors with cytomo's description), for scripts/half-model, average-models and model-sight.

A file: the length of the header in 8 bytes, the header (JSON: name → dtype, shape, data_offsets; __metadata__ → texts), the values.
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np

SIZES = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "I64": 8, "I32": 4, "I16": 2, "I8": 1, "U8": 1, "BOOL": 1}


class Trouble(Exception):
    """What the user can repair, as a sentence."""


class Model:
    def __init__(self, metadata, tensors):
        self.metadata = metadata  # texts; "cytomo" is JSON: classes, legend, record, …
        self.tensors = tensors  # name → (dtype, shape, bytes)

    def describe(self, name, text):
        """Adds to the record that `cytomo` shows."""
        about = json.loads(self.metadata["cytomo"])
        about.setdefault("record", {})[name] = text
        self.metadata["cytomo"] = json.dumps(about, separators=(",", ":"), ensure_ascii=False)


def say_and_end(main):
    try:
        main()
    except Trouble as trouble:
        sys.exit(str(trouble))


def read(path):
    path = Path(path)
    if path.is_dir():
        raise Trouble(f"{path}: expected a model file, found a folder")
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Trouble(f"{path}: expected a model file, found {(error.strerror or str(error)).lower()}") from None

    def damaged(found):
        return Trouble(f"{path}: expected a model file (safetensors of cytomo), found {found}. Give a file that cytomo train wrote")

    if len(raw) < 8:
        raise damaged(f"{len(raw)} bytes")
    (length,) = struct.unpack("<Q", raw[:8])
    if length > len(raw) - 8:
        raise damaged("another kind of file, or a part of one")
    try:
        head = json.loads(raw[8:8 + length])
        metadata = head.pop("__metadata__", {})
        tensors, values = {}, raw[8 + length:]
        for name, entry in head.items():
            begin, end = entry["data_offsets"]
            count = int(np.prod(entry["shape"], dtype=np.int64))
            if not 0 <= begin <= end <= len(values) or end - begin != count * SIZES[entry["dtype"]]:
                raise damaged(f"{name} of the wrong size")
            tensors[name] = (entry["dtype"], list(entry["shape"]), values[begin:end])
        json.loads(metadata["cytomo"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise damaged("a header that says something else") from None
    return Model(metadata, tensors)


def values_of(entry):
    """As 32-bit floats in their shape."""
    kind, shape, part = entry
    if kind == "F32":
        values = np.frombuffer(part, "<f4")
    elif kind == "F16":
        values = np.frombuffer(part, "<f2").astype("<f4")
    elif kind == "BF16":
        values = (np.frombuffer(part, "<u2").astype("<u4") << 16).view("<f4")
    else:
        return None
    return values.reshape(shape)


def write(path, model):
    body, head = bytearray(), {"__metadata__": model.metadata}
    for name, (kind, shape, part) in model.tensors.items():
        head[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(body), len(body) + len(part)]}
        body += part
    text = json.dumps(head, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    try:
        with open(path, "xb") as out:
            out.write(struct.pack("<Q", len(text)) + text + body)
    except FileExistsError:
        raise Trouble(f"{path}: expected a new name, found a file. Choose another, or remove it") from None
    except OSError as error:
        raise Trouble(f"{path}: expected to write the file, found {(error.strerror or str(error)).lower()}") from None


def checksum(model):
    """As `cytomo version` and records name a model: 64-bit FNV-1a of the names and the values of all weights, then of the
    range of voxels, of slices that are seen flat and of the weights of polarity's signs where they are not the usual ones. Some seconds."""
    value, factor, mask = 0xCBF29CE484222325, 0x100000001B3, 0xFFFFFFFFFFFFFFFF
    for name in sorted(model.tensors, key=str.encode):
        values = values_of(model.tensors[name])
        if values is None:
            raise Trouble(f"expected weights that are real numbers, found {model.tensors[name][0]} in {name}")
        for byte in name.encode() + values.astype("<f4").tobytes():
            value = ((value ^ byte) * factor) & mask
    about = json.loads(model.metadata["cytomo"])
    coarsest, polarity = about.get("coarsest_voxel_um", 0), about.get("polarity_weights")
    more = b"coarsest_voxel_um" + struct.pack("<d", coarsest) if coarsest else b""
    more += b"flat_slices" if about.get("flat_slices") else b""
    usual = {"tail": 0, "surprise": 0, "turned": 1} if about.get("objects") else {"tail": 4, "surprise": 40, "turned": 0}
    if polarity and polarity != usual:
        for name in ("tail", "surprise", "turned"):
            more += b"polarity_weights" + struct.pack("<d", polarity[name])
    for byte in more:
        value = ((value ^ byte) * factor) & mask
    return f"{value:016x}"
