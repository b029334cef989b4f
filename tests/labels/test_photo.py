from __future__ import annotations

import dataclasses

import pytest

from labels.artwork import draw_png
from labels.qr import read_codes
from tests.labels.artworks import CHINESE, PLAIN, SIGNED, codes
from tests.labels.photo import careless_shot, casual_shot, photograph


@pytest.mark.parametrize("link", [PLAIN, SIGNED])
def test_casual_photos_are_read_and_never_wrongly(link: str) -> None:
    png = demo_label(link)
    read = [codes(photograph(png, **casual_shot(seed))) for seed in range(12)]

    assert read.count([link]) >= 11
    assert [texts for texts in read if texts not in ([link], [])] == []


@pytest.mark.parametrize("link", [PLAIN, SIGNED])
def test_careless_photos_are_never_read_wrongly(link: str) -> None:
    png = demo_label(link)
    read = [codes(photograph(png, **careless_shot(seed))) for seed in range(8)]

    assert [texts for texts in read if texts not in ([link], [])] == []


def test_the_same_shot_is_the_same_photo_and_another_seed_another() -> None:
    png = demo_label(PLAIN)
    shot = casual_shot(3)

    assert photograph(png, **shot) == photograph(png, **shot)
    assert photograph(png, **shot) != photograph(png, **casual_shot(4))


def test_the_label_is_as_wide_in_the_photo_as_asked() -> None:
    photo = photograph(
        demo_label(PLAIN), seed=1, width_px=900, warp=0, blur=0, noise=0, glare=0, shadow=0, jpeg_quality=95
    )
    (left, _), (right, _) = read_codes(photo).codes[0].position[:2]

    assert right - left == pytest.approx(900 * 33 * 4 / 709, abs=4)  # 33 modules of 4 dots on a label of 709


def demo_label(link: str) -> bytes:
    return draw_png(dataclasses.replace(CHINESE, link=link, demo=True))
