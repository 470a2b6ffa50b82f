"""Where there is tissue: as published, as the code has it, and by Otsu."""

from dataclasses import replace

import numpy as np
import pytest

from ki67.pictures.decoded import Decoded
from ki67.slides.tissue import AS_CODED, PUBLISHED, otsu_mask, saturation, tissue_mask, tissue_of


def of_saturation(level, shape=(60, 80)):
    """A plane of one saturation: the brightest channel is 255."""
    pixels = np.full((*shape, 3), 255, np.uint8)
    pixels[..., 1] = 255 - level
    return pixels


@pytest.mark.parametrize(("level", "is_tissue"), [(0, False), (19, False), (20, True), (255, True)])
def test_as_published_saturation_of_twenty_is_tissue(level, is_tissue):
    assert (tissue_of(of_saturation(level), PUBLISHED) == is_tissue).all()


@pytest.mark.parametrize(("level", "is_tissue"), [(0, False), (1, True), (19, True), (236, True), (237, False), (255, False)])
def test_as_coded_the_product_wraps_and_nearly_everything_is_tissue(level, is_tissue):
    assert (tissue_of(of_saturation(level), AS_CODED) == is_tissue).all()


def test_saturation_is_that_of_hsv():
    pixels = np.array([[[200, 100, 150], [0, 0, 0], [7, 7, 7], [255, 0, 128]]], np.uint8)
    assert saturation(pixels).tolist() == [[128, 0, 0, 255]]


@pytest.mark.parametrize(("rule", "closes", "leaves"), [(PUBLISHED, 4, 6), (AS_CODED, 9, 12)])
def test_closings_bridge_gaps_of_their_size_and_no_more(rule, closes, leaves):
    rule = replace(rule, wrapped=False)
    for gap, bridged in ((closes, True), (leaves, False)):
        pixels = of_saturation(100)
        pixels[:, 30 : 30 + gap] = 255
        assert tissue_of(pixels, rule)[30, 30 + gap // 2] == bridged


def test_a_closing_leaves_the_rim_as_it_is():
    pixels = of_saturation(0)
    pixels[:3] = of_saturation(90)[:3]
    tissue = tissue_of(pixels, PUBLISHED)
    assert tissue[:3].all() and not tissue[3:].any()


def test_a_mask_is_made_at_its_rules_scale():
    picture = Decoded(np.kron(of_saturation(80, (40, 50)), np.ones((8, 8, 1), np.uint8)), 1.0)
    mask = tissue_mask(picture)
    assert mask.tissue.shape == (40, 50) and mask.um_per_px == 8.0 and mask.tissue.all()


def test_otsu_tells_stain_from_glass_and_finds_nothing_on_glass_alone():
    pixels = of_saturation(6, (100, 100))
    pixels[20:70, 30:90] = of_saturation(120)[0, 0]
    found = otsu_mask(pixels)
    assert found[25:65, 35:85].all() and not found[:14].any()
    assert not otsu_mask(of_saturation(6)).any()
