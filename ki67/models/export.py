"""A Keras network as an OpenVINO model, weight for weight: the one place that needs both."""

import json
from typing import Any

import keras
import numpy as np

from ki67.engine.graphs import Floats, ov
from ki67.engine.layers import graph_of
from ki67.engine.pathonet import Weight


def openvino_model(model: keras.Model) -> ov.Model:
    """The same network for the engine: pictures (batch, height, width, 3) in, maps of that size out, kernels by name."""
    return graph_of(*described(model))


def described(model: keras.Model) -> tuple[dict[str, Any], Weight]:
    """How a network is built, in Keras's own words, and its weights by layer and name."""
    variables = {f"{layer.name}/{variable.name}": variable for layer in model.layers for variable in layer.weights}

    def weight(name: str) -> Floats:
        return np.array(keras.ops.convert_to_numpy(variables[name]), np.float32)

    return json.loads(model.to_json()), weight
