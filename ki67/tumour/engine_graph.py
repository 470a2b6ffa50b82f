"""A Keras network as a graph of the engine, by the engine's own converter."""

import keras

from ki67.engine.graphs import PIXELS, ov


def converted(model: keras.Model) -> ov.Model:
    """Any network with its first answer alone; the same weights give the same graph.

    Layers keep no names: the converter counts all that Keras ever built, here the place in the graph decides.
    """
    found = ov.convert_model(model, input=[1, *model.input.shape[1:]])
    graph = ov.Model([found.output(0).get_node().input_value(0)], found.get_parameters(), model.name)
    for number, node in enumerate(graph.get_ordered_ops()):
        node.set_friendly_name(f"{node.get_type_name()}:{number}")
        for output in node.outputs():
            output.get_tensor().set_names(set())
    graph.input(0).get_tensor().set_names({PIXELS})
    return graph
