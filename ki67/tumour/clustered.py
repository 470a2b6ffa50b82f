"""Design V: a network of patches whose loss is balanced over clusters of tissue that are found without labels."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from ki67.base.errors import InputError
from ki67.models.imagenet import published
from ki67.models.training import Loss, layer_precision
from ki67.pictures.slide import open_slide
from ki67.settings.slides import Clustered
from ki67.slides.grid import PATCH
from ki67.tumour.clustering import cluster_layers, with_clusters
from ki67.tumour.feeding import PatchFeed
from ki67.tumour.head import features_of
from ki67.tumour.losses import clusters_as_coded, clusters_as_printed
from ki67.tumour.open_slides import OpenSlides
from ki67.tumour.patchwise import Taught, Trained, build_patch_network, in_full_precision, trained_on
from ki67.tumour.tree import Tree

LOSSES: dict[str, Loss] = {"as_coded": clusters_as_coded, "as_printed": clusters_as_printed}
MEANS = (103.939, 116.779, 123.68)  # blue, green, red of ImageNet, which VGG-16's weights want taken off


def train_clustered(settings: Clustered, own: keras.Model, taught: Taught, state: Path) -> Trained:
    """MobileNetV2 again, from scratch; `own` is design IV's, by whose features tissue is clustered unless VGG-16 is asked for."""
    keras.utils.set_random_seed(settings.seed)
    with layer_precision(settings.precision):
        network = build_patch_network("mobilenetv2", settings)
    encoder = encoder_of(settings, own)
    clusters = cluster_layers(
        sampled_features(encoder, settings, taught), settings.clusters, settings.variance, settings.seed
    )  # fmt: skip
    loss = LOSSES[settings.loss]
    trained = trained_on(with_clusters(network, encoder, clusters), settings, taught, state, loss)
    return replace(trained, network=in_full_precision(trained.network, build_patch_network("mobilenetv2", settings)))


def encoder_of(settings: Clustered, own: keras.Model) -> keras.Model:
    """What sees the features by which tissue is clustered: VGG-16 as published, else the study's own network."""
    side = PATCH // settings.shrink
    if settings.features == "vgg16":
        backbone = published(
            lambda: keras.applications.VGG16(include_top=False, weights="imagenet", pooling="avg"), "vgg16",
            "set clustered.features to own",
        )  # fmt: skip
        return seeing_patches(backbone, side)
    if own.input.shape[1] != side:
        what = f"clustered.shrink = {settings.shrink}: design IV sees {own.input.shape[1]} pixels of a patch"
        raise InputError(f"{what}; shrink patches as much as patchwise does")
    return features_of(own)


def seeing_patches(backbone: keras.Model, side: int) -> keras.Model:
    """VGG-16 for patches from −1 to 1: its weights want bytes, blue first, less ImageNet's means."""
    patch = keras.Input((side, side, 3), name="patch")
    as_wanted = layers.Conv2D(3, 1, trainable=False, name="blue_first")
    model = keras.Model(patch, backbone(as_wanted(patch)))
    kernel = 127.5 * np.eye(3, dtype=np.float32)[:, ::-1]
    as_wanted.set_weights([kernel[None, None], np.float32(127.5) - np.array(MEANS, np.float32)])
    return model


def sampled_features(encoder: keras.Model, settings: Clustered, taught: Taught) -> NDArray[np.float32]:
    """A row of features a patch, of so many batches from the tree."""
    with OpenSlides(open_slide) as slides:
        feed = PatchFeed(
            Tree(taught.train), slides, settings.batch, settings.feature_batches, settings.seed, settings.shrink
        )  # fmt: skip
        return np.concatenate([encoder.predict_on_batch(patches) for patches, _ in feed.epoch(0)]).astype(np.float32)
