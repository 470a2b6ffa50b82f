"""Anyone's Keras model into a container and back, without running a line of code that a file brings along."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from ki67.base.errors import InputError
from ki67.base.files import whole_file
from ki67.compression.foreign import Suspicious, check_archive, check_promise
from ki67.compression.keras_models import kernels, left_whole, put_shared, put_vectors, vectors
from ki67.container.codebook import Floats
from ki67.container.container import Compressed, read, write
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
        """What the terminal shows: the file and how much smaller it is, then each layer that is kept as it was."""
        ratio = self.bytes_before / self.bytes_after
        shared = f"{out}: {self.weights:,} weights share {self.representatives:,} values"
        smaller = f"{self.bytes_after:,} bytes, {ratio:.2f} times less than {self.bytes_before:,} as float32"
        return [f"{shared}; {smaller}", *(f"left whole: {layer}" for layer in self.whole)]


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
    try:
        check_archive(path)
        return keras.models.load_model(path, compile=False, safe_mode=True)
    except Suspicious as error:
        raise InputError(f"{path}: not opened: {error}; save or copy the model again") from error
    except Exception as error:  # whatever a file from elsewhere makes Keras, HDF5 or zip stumble over
        what = " ".join(str(error).split())[:160]
        raise InputError(f"{path}: Keras cannot load it ({what}); models with code of their own cannot be compressed") from error


def compress_file(path: Path, out: Path, method: QuantizerName, k: int, codebook: Scope) -> Report:
    """A Keras model's file, or a model folder, as a container. `codebook` is for all kernels together or for each layer."""
    chosen = quantizer(method)
    model, description = load_any(path)
    shared = CODEBOOKS[codebook](kernels(model), chosen, k, str(path))
    whole = vectors(model)
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
    if out.suffix != ".keras":
        raise InputError(f"{out}: the expanded model is a .keras file; name it so")
    model = expanded(read(path), str(path))
    with whole_file(out, ".partial.keras") as partial:
        model.save(partial)


def expanded(compressed: Compressed, source: str) -> keras.Model:
    """The network of a container with full kernels."""
    model = built(compressed.architecture, source, compressed.values)
    put_shared(model, compressed.shared)
    put_vectors(model, compressed.vectors)
    return model


def built(architecture: Any, source: str, values: int) -> keras.Model:
    """The network that a container describes: one of ours by name, or Keras layers that hold no more values than it brings."""
    if isinstance(architecture, dict) and "builder" in architecture:
        return _ours(architecture, source)
    config = architecture.get("keras") if isinstance(architecture, dict) else None
    if not isinstance(config, dict):
        raise InputError(f"{source}: describes no network; copy the file again from where it came")
    if foreign := next(foreign_classes(config), None):
        raise InputError(f"{source}: asks for {foreign}, which is not a layer of Keras; such a file is not opened")
    try:
        check_promise(config, values)
        return keras.models.model_from_json(json.dumps(config))
    except Exception as error:  # whatever a file from elsewhere makes Keras stumble over
        what = " ".join(str(error).split())[:160]
        raise InputError(f"{source}: Keras cannot build its network ({what}); copy the file again, or update Keras") from error


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
    of_keras = module is None or module == "builtins" or str(module).split(".")[0] == OWN
    if not of_keras or name in {"Lambda", "__lambda__", "TorchModuleWrapper", "JaxLayer", "FlaxLayer", "TFSMLayer"}:
        yield f"{module}.{name}"
    if config.get("registered_name") not in (None, name, "function", ""):
        yield str(config["registered_name"])
    for value in config.values():
        yield from foreign_classes(value)
