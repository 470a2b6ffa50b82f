"""Which weights of a Keras model can be shared, and how they are read and put back. Works for any Keras model."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import keras
import numpy as np
from keras import layers
from keras.src.backend.common.global_state import set_global_attribute

from ki67.base.errors import InputError
from ki67.container.codebook import Floats
from ki67.container.shared import SharedWeights

CONVOLUTIONS = (layers.Conv1D, layers.Conv2D, layers.Conv3D)
TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
DEPTHWISE = (layers.DepthwiseConv1D, layers.DepthwiseConv2D)
SEPARABLE = (layers.SeparableConv1D, layers.SeparableConv2D)
RECURRENT = (layers.LSTMCell, layers.GRUCell, layers.SimpleRNNCell)

# The weights of each kind of layer that are many and alike. Biases and normalisation are few, and stay whole.
SHARED_BY_KIND: tuple[tuple[tuple[type, ...], tuple[str, ...]], ...] = (
    (CONVOLUTIONS + TRANSPOSED + DEPTHWISE + (layers.Dense, layers.EinsumDense), ("kernel",)),
    (SEPARABLE, ("depthwise_kernel", "pointwise_kernel")),
    (RECURRENT, ("kernel", "recurrent_kernel")),
    ((layers.Embedding,), ("embeddings",)),
)


def leaves(model: keras.Model) -> Iterator[keras.layers.Layer]:
    """Every layer that holds weights of its own, once: also those inside a nested model, a wrapper or a recurrent layer."""
    seen = set[int]()
    for layer in model._flatten_layers(include_self=False, recursive=True):
        if id(layer) not in seen and (layer._trainable_variables or layer._non_trainable_variables):
            seen.add(id(layer))
            yield layer


def by_path(variables: Iterable[keras.Variable]) -> dict[str, keras.Variable]:
    """Variables under their paths; where layers inside wrappers have the same one, the later are numbered."""
    named = dict[str, keras.Variable]()
    seen = Counter[str]()
    for variable in variables:
        seen[variable.path] += 1
        named[variable.path if seen[variable.path] == 1 else f"{variable.path}#{seen[variable.path]}"] = variable
    return named


def shared_names(layer: keras.layers.Layer) -> tuple[str, ...]:
    """The names of a layer's weights that can be shared; none for a kind that is not known."""
    return next((names for kinds, names in SHARED_BY_KIND if isinstance(layer, kinds)), ())


def shareable(model: keras.Model) -> dict[str, keras.Variable]:
    """The variables that can be shared, by path; a model without any is refused."""
    found = by_path(getattr(layer, name) for layer in leaves(model) for name in shared_names(layer))
    if not found:
        raise InputError(f"{model.name}: no layer to compress; convolutional, dense, recurrent and embedding layers can be")
    return found


def left_whole(model: keras.Model) -> list[str]:
    """Layers with a matrix of weights that this does not know how to share: they are kept as they are, and listed."""
    return [
        f"{layer.path} ({type(layer).__name__})"
        for layer in leaves(model)
        if not shared_names(layer) and any(len(variable.shape) > 1 for variable in layer._trainable_variables)
    ]


def kernels(model: keras.Model) -> dict[str, Floats]:
    """The values that can be shared, by path."""
    return {path: values_of(variable) for path, variable in shareable(model).items()}


def vectors(model: keras.Model) -> dict[str, Floats]:
    """Everything else that a network has learnt, by path; the state of random generators is left out."""
    return {path: values_of(variable) for path, variable in _whole(model).items()}


def _whole(model: keras.Model) -> dict[str, keras.Variable]:
    shared = {id(variable) for variable in shareable(model).values()}
    whole = by_path(v for v in model.variables if id(v) not in shared and "seed_generator" not in v.path)
    odd = next((path for path, v in whole.items() if not keras.backend.is_float_dtype(v.dtype)), None)
    if odd:
        raise InputError(f"{model.name}: {odd} holds {whole[odd].dtype}, not floats; such a layer cannot be stored yet")
    return whole


def values_of(variable: keras.Variable) -> Floats:
    """A variable as an array of our own."""
    return np.array(keras.ops.convert_to_numpy(variable), dtype=np.float32)


@contextmanager
def without_values() -> Iterator[None]:
    """Networks made herein have shapes of weights and no values: they take no memory, and cannot be run."""
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        set_global_attribute("uninitialized_variables", [])  # else Keras makes their values at its next opportunity


def must_fit(model: keras.Model, shared: SharedWeights, whole: Mapping[str, Floats], source: str) -> None:
    """Refuse stored weights of which any has no place of its shape in a network."""
    places = {path: tuple(variable.shape) for path, variable in (shareable(model) | _whole(model)).items()}
    stored = {kernel.name: kernel.indices.shape for kernel in shared.kernels} | {path: v.shape for path, v in whole.items()}
    if odd := sorted(places.keys() ^ stored.keys()):
        raise InputError(f"{source}: its weights belong to another network than it describes (first difference: {odd[0]})")
    if wrong := next((path for path in places if places[path] != stored[path]), None):
        what = f"{wrong} is {stored[wrong]}, its network asks for {places[wrong]}"
        raise InputError(f"{source}: damaged ({what}); copy it again from where it came")


def put_shared(model: keras.Model, shared: SharedWeights) -> None:
    """Give every kernel its representatives."""
    places = shareable(model)
    _must_match(model, places, {kernel.name for kernel in shared.kernels})
    for kernel in shared.kernels:
        places[kernel.name].assign(shared.values(kernel))


def put_vectors(model: keras.Model, values: Mapping[str, Floats]) -> None:
    """Give everything else its values."""
    places = _whole(model)
    _must_match(model, places, set(values))
    for path, value in values.items():
        places[path].assign(value)


def _must_match(model: keras.Model, places: Mapping[str, keras.Variable], names: set[str]) -> None:
    if odd := sorted(places.keys() ^ names):
        raise InputError(f"{model.name}: the stored weights belong to another network (first difference: {odd[0]})")
