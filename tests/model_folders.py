"""A network from its container as a model folder, as training leaves it."""

import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from ki67.container.container import read
from ki67.engine.description import LAYERS
from ki67.engine.model import Model


def folder_of(model: Model, path: Path) -> Path:
    """Its last layer tells its maps in the units of the labels."""
    path.mkdir()
    stored, unit = read(model.path), np.array(model.unit, np.float32)
    names = [*(kernel.name for kernel in stored.shared.kernels), *stored.vectors]
    weights = {name: np.ascontiguousarray(model.weight(name) * (unit if name.startswith("maps/") else 1)) for name in names}
    save_file(weights, path / "weights.safetensors")
    (path / "model.json").write_text(model.description.model_dump_json())
    if model.layers:
        (path / LAYERS).write_text(json.dumps(model.layers))
    return path
