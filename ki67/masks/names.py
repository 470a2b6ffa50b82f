"""What the masks of McConnell et al. (2021) are made of: three greys, one size, and the constants of the public code."""

BACKGROUND, NEGATIVE, POSITIVE = 0, 128, 255  # greys of a mask; negative is all that is dark and bears no positive label
GREYS = (BACKGROUND, NEGATIVE, POSITIVE)  # in the order of the network's three maps
SIDE = 256  # pixels of a mask: what the network sees

BLOCK = 199  # pixels: how far round a pixel the public code looks for what is dark beside it, at 1228 and at 256 alike
DARKER = 5  # grey levels below the surroundings' mean that make a pixel dark
LEAST_AREA = 120  # pixels at full size: a dark shape that is not larger never turns positive

NEGATIVE_FROM, POSITIVE_FROM = 60, 241  # greys of a mask that was reduced by bicubic interpolation, which blends its colours
