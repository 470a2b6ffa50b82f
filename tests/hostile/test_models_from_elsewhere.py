"""Keras models that somebody else saved, or that were damaged on the way, given to `ki67 compress`; and where it may write."""

import io
import json
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from attempts import Arrange, Attempt, Case, Ended, refused, with_a_bit_flipped
from safetensors.numpy import save

SUBJECT = "Keras models"
COMPRESS = ["compress", "m.keras", "--out", "new/m.ki67", "--k", "4"]
CONFIG, WEIGHTS = "config.json", "model.weights.h5"
Change = Callable[[bytes], bytes]


@cache
def model() -> bytes:
    """A small network as Keras saves it."""
    import keras
    from keras import layers

    import ki67.models.store  # noqa: F401 — sets threads before TensorFlow starts

    pixels = keras.Input((6,), name="pixels")
    hidden = layers.BatchNormalization(name="bn")(layers.Dense(3, name="d")(pixels))
    network = keras.Model(pixels, layers.Dense(5, name="e")(layers.Dropout(0.1)(hidden)), name="small")
    network.compile(loss="mse")
    with TemporaryDirectory() as folder:
        network.save(Path(folder, "m.keras"))
        return Path(folder, "m.keras").read_bytes()


def given(content: Callable[[], bytes], arguments: list[str] = COMPRESS) -> Arrange:
    """A file with this content, compressed."""

    def arrange(folder: Path) -> list[str]:
        (folder / "m.keras").write_bytes(content())
        return arguments

    return arrange


def members() -> dict[str, bytes]:
    """What is in the small network's file."""
    with zipfile.ZipFile(io.BytesIO(model())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    """A file of these parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def with_part(name: str, change: Change) -> Arrange:
    """The network with one part another, well zipped."""
    return given(lambda: zipped({part: change(content) if part == name else content for part, content in members().items()}))


def without(name: str) -> Arrange:
    return given(lambda: zipped({part: content for part, content in members().items() if part != name}))


def replaced(old: str, new: str) -> Arrange:
    """The network with something else in its description."""

    def change(text: bytes) -> bytes:
        assert old.encode() in text
        return text.replace(old.encode(), new.encode())

    return with_part(CONFIG, change)


def flipped(place: float) -> Arrange:
    """A bit of the file turned over, so far into it."""
    return given(lambda: with_a_bit_flipped(model(), place))


def cut(share: float) -> Arrange:
    return given(lambda: model()[: int(share * len(model()))])


def declared(size: int) -> bytes:
    """A directory that says that the weights unpack to so many bytes."""
    data, parts = bytearray(model()), members()
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(WEIGHTS.encode()))
    assert int.from_bytes(data[entry + 24 : entry + 28], "little") == len(parts[WEIGHTS])
    data[entry + 24 : entry + 28] = size.to_bytes(4, "little")
    return bytes(data)


def shapes_only(_: bytes) -> bytes:
    """Weights of 4 TB of which none is stored."""
    import h5py

    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        for layer in ("dense", "dense_1"):
            for number in "01":
                file.create_dataset(f"layers/{layer}/vars/{number}", (1 << 20, 1 << 20), np.float32, chunks=(1024, 1024))
    return stream.getvalue()


def of_nan(content: bytes) -> bytes:
    import h5py

    stream = io.BytesIO(content)
    with h5py.File(stream, "r+") as file:
        kernel = file["layers/dense/vars/0"]
        kernel[...] = np.nan
    return stream.getvalue()


def no_file(folder: Path) -> list[str]:
    return COMPRESS


def a_folder(folder: Path) -> list[str]:
    (folder / "m.keras").mkdir()
    return COMPRESS


def another_ending(folder: Path) -> list[str]:
    (folder / "m.h5").write_bytes(b"\x89HDF\r\n\x1a\n")
    return ["compress", "m.h5", "--out", "m.ki67"]


def in_the_way(what: Callable[[Path], object], out: str) -> Arrange:
    """Something stands where the container is to be written."""

    def arrange(folder: Path) -> list[str]:
        what(folder / out)
        return given(model, ["compress", "m.keras", "--out", out, "--k", "4"])(folder)

    return arrange


def linked(path: Path) -> None:
    path.with_name("mine").write_text("mine")
    path.symlink_to("mine")


def nothing(path: Path) -> None:
    """As it was."""


def below_a_file(path: Path) -> None:
    path.parent.write_text("mine")


def model_folder(file: str, content: bytes) -> Arrange:
    """A folder as `ki67 train` writes it, with one file another."""

    def arrange(folder: Path) -> list[str]:
        files = {"model.json": json.dumps(DESCRIPTION).encode(), "weights.safetensors": save({"a": np.zeros(3, np.float32)})}
        (folder / "m").mkdir()
        for name, kept in (files | {file: content}).items():
            (folder / "m" / name).write_bytes(kept)
        return ["compress", "m", "--out", "m.ki67"]

    return arrange


RECIPE = {
    "epochs": 1, "crop": 64, "batch": 1, "crops_per_frame": 1, "learning_rate": 0.1, "schedule": "step", "precision": "float32",
    "l2": 0.0, "activation": "relu", "unit": [1, 1, 1], "peak": 1, "centre": 1, "sigma": 1, "overlap": "last", "seed": 0,
}  # fmt: skip
DESCRIPTION = {
    "architecture": "fcrn_a", "activation": "relu", "um_per_px": 0.5, "trained_on": "x", "data_hash": "x", "recipe": RECIPE,
}  # fmt: skip
WHOLE, PART = '"class_name": "Functional"', '"class_name": "Dense"'
CANNOT = "m.keras: Keras cannot load it ("
FOREIGN = "which is not a layer of Keras; such a file is not opened"
OUT = "name another file with --out"
CASES = [
    Case(SUBJECT, "as it was saved", given(model), Ended.DONE),
    Case(SUBJECT, "a loss that is no function of Keras", replaced('"mse"', '"mine"'), Ended.DONE),
    refused(SUBJECT, "no file", no_file, "m.keras: not there"),
    refused(SUBJECT, "a folder", a_folder, "m.keras/model.json: missing"),
    refused(SUBJECT, "another ending", another_ending, "m.h5: not a .keras file"),
    *(refused(SUBJECT, f"no zip: {content[:4]!r}", given(lambda content=content: content), CANNOT)
      for content in (b"", b"text", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n", b"PK\x05\x06" + bytes(18))),
    *(refused(SUBJECT, f"cut off after {share:.0%}", cut(share), CANNOT) for share in (0.1, 0.5, 0.9, 0.99)),
    *(refused(SUBJECT, f"a bit flipped at {place:.0%}", flipped(place), "m.keras: ")
      for place in (0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9)),
    *(refused(SUBJECT, f"without its {name}", without(name), CANNOT) for name in (CONFIG, WEIGHTS)),
    *(refused(SUBJECT, f"a description of {text[:8]!r}", with_part(CONFIG, lambda _, text=text: text), "m.keras: ")
      for text in (b"", b"[]", b"null", b"7", b"{}", b"\xff\xfe{}", b"[" * 100_000, b'{"a":' * 100_000,
                   b'{"class_name": "Dense"}')),
    *(refused(SUBJECT, f"weights of {text[:4]!r}", with_part(WEIGHTS, lambda _, text=text: text), CANNOT)
      for text in (b"", b"text", b"\x89HDF\r\n\x1a\n" + bytes(99))),
    refused(SUBJECT, "weights that are NaN", with_part(WEIGHTS, of_nan), "NaN or infinite"),
    refused(SUBJECT, "weights of 4 TB, none of them stored", with_part(WEIGHTS, shapes_only), CANNOT),
    refused(SUBJECT, "80 MB of zeros", with_part(WEIGHTS, lambda _: bytes(80_000_000)), "declare 80 MB unpacked"),
    refused(SUBJECT, "4 GB declared", given(lambda: declared((1 << 32) - 2)), "declare 4,295 MB unpacked"),
    *(refused(SUBJECT, f"a layer of {units:,} units", replaced('"units": 5', f'"units": {units}'), "weights and holds")
      for units in (20_000, 2_000_000, 20_000_000, 10**30)),
    *(refused(SUBJECT, f"a layer of {units} units", replaced('"units": 5', f'"units": {units}'), CANNOT)
      for units in ("0", "-3", "null", "NaN", '"five"', "[5]", "1e30")),
    refused(SUBJECT, "a layer of other units than its weights", replaced('"units": 5', '"units": 6'), CANNOT),
    *(refused(SUBJECT, f"a class of {module}", replaced('"module": "keras.layers"', f'"module": "{module}"'), FOREIGN)
      for module in ("os", "subprocess", "builtins.eval", "kerasx.layers", "numpy")),
    *(refused(SUBJECT, f"a layer called {name}", replaced(PART, f'"class_name": "{name}"'), FOREIGN)
      for name in ("Lambda", "TFSMLayer", "TorchModuleWrapper")),
    refused(SUBJECT, "a layer that Keras does not have", replaced(PART, '"class_name": "Dens"'), "m.keras: "),
    refused(SUBJECT, "a network of no kind", replaced(WHOLE, '"class_name": "Func"'), "m.keras: "),
    *(refused(SUBJECT, f"--k {k}", given(model, [*COMPRESS[:-1], k]), "k")
      for k in ("0", "-1", "1", "1000000", "nan", "1e3", "")),
]  # fmt: skip
OUTPUTS = "what compress writes"
CASES += [
    refused(OUTPUTS, "the model itself", given(model, ["compress", "m.keras", "--out", "m.keras"]), "a .ki67 file"),
    refused(OUTPUTS, "the model itself, by another way", in_the_way(nothing, "x/../m.keras"), "a .ki67 file"),
    *(refused(OUTPUTS, f"to be called {name!r}", in_the_way(nothing, name), "a .ki67 file")
      for name in ("m", "m.zip", ".ki67", "m.ki67.gz", "m.KI67")),
    Case(OUTPUTS, "in folders that are not there", in_the_way(nothing, "a/b/c.ki67"), Ended.DONE),
    refused(OUTPUTS, "a user's file", in_the_way(lambda path: path.write_text("mine"), "m.ki67"), OUT),
    refused(OUTPUTS, "an empty file", in_the_way(lambda path: path.touch(), "m.ki67"), OUT),
    refused(OUTPUTS, "a user's link", in_the_way(linked, "m.ki67"), OUT),
    refused(OUTPUTS, "a dead link", in_the_way(lambda path: path.symlink_to("nowhere"), "m.ki67"), OUT),
    refused(OUTPUTS, "a folder", in_the_way(lambda path: path.mkdir(), "m.ki67"), "a folder; name a file"),
    refused(OUTPUTS, "below a file", in_the_way(below_a_file, "mine/m.ki67"), "not written"),
    refused(OUTPUTS, "a name that is too long", in_the_way(nothing, "m" * 300 + ".ki67"), "ki67"),
]  # fmt: skip
FOLDERS = "model folders"
CASES += [
    *(refused(FOLDERS, f"a description of {text[:8]!r}", model_folder("model.json", text), "m/model.json: not a model")
      for text in (b"", b"[]", b"null", b"{}", b"\xff\xfe{}", b"[" * 100_000, b'{"architecture": "pathonet"}')),
    refused(FOLDERS, "an architecture nobody knows", model_folder("model.json", json.dumps(
        DESCRIPTION | {"architecture": "patonet"}).encode()), "did you mean 'pathonet'"),
    *(refused(FOLDERS, f"a scale of {scale}", model_folder("model.json", json.dumps(
        DESCRIPTION | {"um_per_px": scale}).encode()), "not a model description")
      for scale in (0, -1, float("nan"), float("inf"))),
    *(refused(FOLDERS, f"weights of {text[:4]!r}", model_folder("weights.safetensors", text), "missing or damaged")
      for text in (b"", b"text", b"\xff" * 99, (2**40).to_bytes(8, "little") + b"{}")),
    refused(FOLDERS, "weights of another network", model_folder("more", b""), "do not belong to this architecture"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_models_from_elsewhere(case: Case, attempt: Attempt) -> None:
    outcome = attempt(case)
    assert case.ended is not Ended.REFUSED or outcome.new == []
