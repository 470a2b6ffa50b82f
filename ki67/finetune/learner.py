"""A network that goes on learning from one beginning again and again: once a fold, and once for good."""

from collections.abc import Iterator, Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from ki67.data.frames import Frames
from ki67.finetune.replay import Beside, crops_for
from ki67.finetune.start import Start
from ki67.models.as_used import AsUsed
from ki67.models.batches import Feed, stored_maps
from ki67.models.store import predict_maps
from ki67.settings.detection import FineTune

MEMORY = 0.9  # of the running mean of the weights, from step to step
Values = list[tuple[keras.Variable, NDArray[np.float32]]]


class Learner:
    """Adam at one low rate on the network as it is used: BatchNorm's averages stay, nothing is dropped.

    It is traced once; to begin again puts back the weights and the optimiser's memory.
    """

    def __init__(self, start: Start, settings: FineTune, replayed: Frames) -> None:
        self.network, self.recipe, self.settings, self.replayed = start.network, start.description.recipe, settings, replayed
        self.as_used = AsUsed.model(self.network)
        self.optimizer = keras.optimizers.Adam(settings.learning_rate)
        self.optimizer.build(self.as_used.trainable_variables)
        self.as_used.compile(optimizer=self.optimizer, loss="mse")
        self.fresh = held([*self.as_used.weights, *self.optimizer.variables])

    def begin(self) -> None:
        """Back to the start."""
        put(self.fresh)

    def epochs(self, frames: Frames, count: int) -> Iterator[int]:
        """Learn from labelled frames beside the simulated ones, epoch by epoch; each is told when it is over."""
        return self.follow(self.beside(self.half(frames, self.settings.crops_per_frame)), count)

    def follow(self, feed: Beside, count: int) -> Iterator[int]:
        """So many epochs of any feed.

        After each the network has the running mean of its weights over the last steps: single steps on few pictures stray.
        """
        mean = held(self.as_used.trainable_weights)
        last = mean
        for number in range(count):
            put(last)
            for pixels, maps in feed.epoch(number):
                self.as_used.train_on_batch(pixels, maps)
                mean = followed(mean)
            last = held(self.as_used.trainable_weights)
            put(mean)
            yield number + 1

    def beside(self, own: Feed) -> Beside:
        """Own crops, and as many of the simulated frames."""
        return Beside(own, self.half(self.replayed, crops_for(own.steps, own.batch, self.replayed.names)))

    def half(self, frames: Frames, crops: int) -> Feed:
        """One side of the batches, its labels drawn as the network's own were."""
        recipe, maps = self.recipe, stored_maps(frames, self.recipe.stamp)
        return Feed(frames.images, maps, recipe.crop, self.settings.batch, crops, recipe.unit, self.settings.seed)

    def maps(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the network says of frames now, in density units."""
        return predict_maps(self.network, images) * np.asarray(self.recipe.unit, np.float32)


def held(places: Sequence[keras.Variable]) -> Values:
    """What variables hold now."""
    return [(place, np.array(keras.ops.convert_to_numpy(place))) for place in places]


def put(values: Values) -> None:
    """Back into their places."""
    for place, value in values:
        place.assign(value)


def followed(mean: Values) -> Values:
    """A running mean, one step on."""
    return [(place, MEMORY * value + (1 - MEMORY) * keras.ops.convert_to_numpy(place)) for place, value in mean]
