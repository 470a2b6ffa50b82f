"""ResNet-50 (He et al. 2016), at any width; at the full one it is that of `keras.applications`, whose weights fit."""

from keras import layers

from ki67.cellularity.resnet import Tensor, scaled

BLOCKS = (3, 4, 6, 3)
FILTERS = (64, 128, 256, 512)
WIDENED = 4  # a block ends in four times as many maps as it works with


def normalised(x: Tensor, name: str) -> Tensor:
    """BatchNorm as there, but quicker to forget: a training of minutes leaves no time for 0.99."""
    return layers.BatchNormalization(momentum=0.9, epsilon=1.001e-5, name=f"{name}_bn")(x)


def convolution(x: Tensor, filters: int, kernel: int, name: str, stride: int = 1) -> Tensor:
    """A convolution with a bias, from He's initialisation, and its BatchNorm."""
    x = layers.Conv2D(filters, kernel, strides=stride, padding="same", kernel_initializer="he_normal", name=f"{name}_conv")(x)
    return normalised(x, name)


def activated(x: Tensor, name: str) -> Tensor:
    """ReLU."""
    return layers.ReLU(name=f"{name}_relu")(x)


def bottleneck(x: Tensor, filters: int, stride: int, name: str) -> Tensor:
    """1×1, 3×3 and 1×1 convolutions beside a shortcut, which in a stage's first block is convolved to its number of maps."""
    widened = WIDENED * filters
    shortcut = convolution(x, widened, 1, f"{name}_0", stride) if x.shape[-1] != widened else x
    x = activated(convolution(x, filters, 1, f"{name}_1", stride), f"{name}_1")
    x = activated(convolution(x, filters, 3, f"{name}_2"), f"{name}_2")
    x = convolution(x, widened, 1, f"{name}_3")
    return activated(layers.Add(name=f"{name}_add")([shortcut, x]), f"{name}_out")


def resnet50_features(pixels: Tensor, width: float = 1.0) -> Tensor:
    """What the last stage makes of a picture, at a thirty-second of its size."""
    x = layers.ZeroPadding2D(3, name="conv1_pad")(pixels)
    x = layers.Conv2D(scaled(64, width), 7, strides=2, kernel_initializer="he_normal", name="conv1_conv")(x)
    x = activated(normalised(x, "conv1"), "conv1")
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)
    for stage, (blocks, filters) in enumerate(zip(BLOCKS, FILTERS, strict=True), 2):
        for block in range(1, blocks + 1):
            stride = 2 if stage > 2 and block == 1 else 1
            x = bottleneck(x, scaled(filters, width), stride, f"conv{stage}_block{block}")
    return x
