"""Anyone's Keras model into a container and back, without running a line of code that a file brings along."""

import json
import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from ki67.base.errors import InputError
from ki67.base.files import whole_file
from ki67.compression.archive import MOST, looked_into
from ki67.compression.keras_models import kernels, left_whole, must_fit, put_shared, put_vectors, vectors, without_values
from ki67.container.codebook import Floats
from ki67.container.container import Compressed, read, write
from ki67.container.seal import says_container
from ki67.container.shared import SharedWeights
from ki67.models.store import load_keras
from ki67.quantize.quantizers import quantizer, share_by_layer, share_globally
from ki67.settings.names import QuantizerName, Scope

OWN = "keras"  # the only package whose classes a stored architecture may name


@dataclass(frozen=True)
class Report:
    """What compressing came to."""

    weights: int
    representatives: int
    whole: list[str]
    bytes_before: int
    bytes_after: int

    def lines(self, out: Path) -> list[str]:
        """How many weights share how many values and how small the file is; then each layer that was left whole."""
        ratio = self.bytes_before / self.bytes_after
        summary = (
            f"{out}: {self.weights:,} weights share {self.representatives:,} values; "
            f"{self.bytes_after:,} bytes, {ratio:.2f} times less than {self.bytes_before:,} as float32"
        )
        return [summary, *(f"left whole: {layer}" for layer in self.whole)]


def load_any(path: Path) -> tuple[keras.Model, dict[str, Any]]:
    """A network, and what it says of itself: a model folder that ki67 wrote tells how its maps become cells."""
    if not path.is_dir():
        return load_keras_file(path), {"made_from": path.name}
    model, description = load_keras(path)
    return model, description.model_dump(mode="json")


def load_keras_file(path: Path) -> keras.Model:
    """A `.keras` file with nothing in it but layers of Keras itself."""
    if path.suffix != ".keras":
        raise InputError(f"{path}: not a .keras file; save the model with model.save('NAME.keras')")
    if not path.is_file():
        raise InputError(f"{path}: not there; name a .keras file")
    with refusal_of_keras(f"{path}: Keras cannot load it", "copy it again; models with code of their own cannot be compressed"):
        archive = looked_into(path)
        with without_values():
            declared = sum(math.prod(variable.shape) for variable in described(archive.network, str(path)).variables)
        if declared > archive.unpacked:
            what = f"declares {declared:,} weights and holds {archive.unpacked:,} bytes"
            raise InputError(f"{path}: damaged ({what}); save the model again with model.save('NAME.keras')")
        return keras.models.load_model(path, compile=False, safe_mode=True)


@contextmanager
def refusal_of_keras(what: str, remedy: str) -> Iterator[None]:
    """Whatever Keras and the libraries below it raise over a foreign file becomes one line."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split())[:160] or type(error).__name__
        raise InputError(f"{what} ({reason}); {remedy}") from error


def compress_file(path: Path, out: Path, method: QuantizerName, k: int, codebook: Scope) -> Report:
    """A Keras model's file, or a model folder, as a container. `codebook` is for all kernels together or for each layer."""
    chosen = quantizer(method)
    check_ending(out, ".ki67")
    if os.path.lexists(out) and (out.is_symlink() or not says_container(out)):
        raise InputError(f"{out}: there already, and no container of ki67; name another file with --out, or delete it")
    model, description = load_any(path)
    shared = CODEBOOKS[codebook](kernels(model), chosen, k, str(path))
    whole = vectors(model)
    with refusal_of_writing(out):
        write(Compressed(shared, whole, architecture_of(model), description), out)
    return Report(
        shared.weights, sum(map(len, shared.codebooks)), left_whole(model), float32_bytes(shared, whole), out.stat().st_size
    )


CODEBOOKS: dict[Scope, Callable[..., SharedWeights]] = {"global": share_globally, "layer": share_by_layer}


def float32_bytes(shared: SharedWeights, whole: dict[str, Floats]) -> int:
    """What all parameters take uncompressed."""
    return 4 * (shared.weights + sum(value.size for value in whole.values()))


def architecture_of(model: keras.Model) -> dict[str, Any]:
    """A model's own description, without its optimiser and loss."""
    config = json.loads(model.to_json())
    config.pop("compile_config", None)
    return {"keras": config}


def expand_file(path: Path, out: Path) -> None:
    """A container as a Keras model with full kernels, in place when it is whole."""
    check_ending(out, ".keras")
    if os.path.lexists(out):
        raise InputError(f"{out}: there already; name another file with --out, or delete it")
    model = expanded(read(path), str(path))
    with refusal_of_writing(out), whole_file(out, ".partial.keras") as partial:
        model.save(partial)


def check_ending(out: Path, ending: str) -> None:
    """Refuse a name that hides what kind of file is to be written there, and a folder."""
    if out.is_dir():
        raise InputError(f"{out}: a folder; name a file with --out, NAME{ending}")
    if out.suffix != ending:
        raise InputError(f"{out}: what is written is a {ending} file; name it so")


@contextmanager
def refusal_of_writing(out: Path) -> Iterator[None]:
    """A full disk, a missing permission, a file where a folder has to be: one line."""
    try:
        yield
    except OSError as error:
        raise InputError(f"{out}: not written ({error.strerror or error}); make room or name another file") from error


def expanded(compressed: Compressed, source: str) -> keras.Model:
    """The network of a container with full kernels; it takes no memory until what is stored fits what is described."""
    if 4 * compressed.shared.weights > MOST:
        raise InputError(f"{source}: {compressed.shared.weights:,} weights; at most {MOST // 4:,} are expanded")
    with without_values():
        must_fit(built(compressed.architecture, source), compressed.shared, compressed.vectors, source)
    model = built(compressed.architecture, source)
    put_shared(model, compressed.shared)
    put_vectors(model, compressed.vectors)
    return model


def built(architecture: Any, source: str) -> keras.Model:
    """The network that a container describes: one of ours by name, or Keras layers; nothing else is looked up."""
    if isinstance(architecture, dict) and "builder" in architecture:
        return _ours(architecture, source)
    config = architecture.get("keras") if isinstance(architecture, dict) else None
    if not isinstance(config, dict):
        raise InputError(f"{source}: describes no network; copy the file again from where it came")
    with refusal_of_keras(f"{source}: Keras cannot build its network", "copy the file again, or update Keras"):
        return described(config, source)


def described(config: dict[str, Any], source: str) -> keras.Model:
    """The network that Keras layers make up, with fresh weights; one that asks for anything else is refused."""
    if foreign := next(foreign_classes(config), None):
        raise InputError(f"{source}: asks for {foreign}, which is not a layer of Keras; such a file is not opened")
    return keras.models.model_from_json(json.dumps(config))


def _ours(architecture: dict[str, Any], source: str) -> keras.Model:
    from ki67.models.store import BUILDERS

    name, activation = architecture["builder"], architecture.get("activation")
    if name not in BUILDERS or activation not in {"relu", "linear"}:
        raise InputError(f"{source}: unknown network {name!r} ({activation}); known are {', '.join(BUILDERS)}; update ki67")
    return BUILDERS[name](activation=activation, l2=0.0)


def foreign_classes(config: Any) -> Any:
    """Every class in a stored configuration that is not Keras's own, and every function given as code."""
    if isinstance(config, list):
        for item in config:
            yield from foreign_classes(item)
    if not isinstance(config, dict):
        return
    module, name = config.get("module"), config.get("class_name")
    known = module is None or module == "builtins" or str(module).split(".")[0] == OWN
    if not known or name in {"Lambda", "__lambda__", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer"}:
        yield f"{module}.{name}"
    if config.get("registered_name") not in (None, name, "function", ""):
        yield str(config["registered_name"])
    for value in config.values():
        yield from foreign_classes(value)
