"""Photos sent before are found again, whatever was done to them; others are not accused."""

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from bot.senses.likeness import Gallery, Marks, marks_of
from tests.senses.drawn_stamps import scene

pytestmark = pytest.mark.slow

Change = Callable[[Image.Image], Image.Image]
PHOTOS = 12


def compressed(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=40)
    return Image.open(io.BytesIO(buffer.getvalue()))


def cropped(image: Image.Image, share: float) -> Image.Image:
    w, h = image.size
    return image.crop((round(w * share), round(h * share), round(w * (1 - share)), round(h * (1 - share))))


def stamped(image: Image.Image) -> Image.Image:
    copy = image.copy()
    ImageDraw.Draw(copy).rectangle((0, copy.height * 0.82, copy.width, copy.height), fill="#202020")
    return copy


def marks(image: Image.Image) -> Marks:
    found = marks_of(image)
    assert found is not None
    return found


@pytest.fixture(scope="module")
def photos() -> list[Image.Image]:
    return [scene(100 + n, 450, 600) for n in range(PHOTOS)]


@pytest.fixture(scope="module")
def gallery(photos: list[Image.Image]) -> Gallery:
    gallery = Gallery()
    gallery.fill([(f"f{n}", *marks(photo).kept) for n, photo in enumerate(photos)])
    return gallery


@pytest.mark.parametrize(
    "change",
    [
        compressed,
        lambda i: i.resize((225, 300)),
        lambda i: cropped(i, 0.01),
        lambda i: cropped(i, 0.02),
        lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        lambda i: i.transpose(Image.Transpose.ROTATE_90),
    ],
)
def test_a_changed_photo_is_the_same_photo(photos: list[Image.Image], gallery: Gallery, change: Change) -> None:
    found = [gallery.like(marks(change(photo))) for photo in photos]
    assert [(like.media, like.same) for like in found if like] == [(f"f{n}", True) for n in range(PHOTOS)]


def test_another_stamp_over_the_same_photo_is_noticed(photos: list[Image.Image], gallery: Gallery) -> None:
    found = [gallery.like(marks(stamped(photo))) for photo in photos]
    assert [like.media for like in found if like] == [f"f{n}" for n in range(PHOTOS)]
    assert sum(like.same for like in found if like) >= PHOTOS - 2


def test_other_photos_are_not_accused(gallery: Gallery) -> None:
    assert [like for n in range(40) if (like := gallery.like(marks(scene(9000 + n, 450, 600))))] == []


def test_a_photo_is_not_its_own_predecessor(photos: list[Image.Image], gallery: Gallery) -> None:
    assert gallery.like(marks(photos[0]), but="f0") is None


def test_a_forgotten_photo_is_not_found(photos: list[Image.Image]) -> None:
    gallery = Gallery()
    gallery.add("f0", marks(photos[0]).kept)
    gallery.forget("f0")
    assert gallery.like(marks(photos[0])) is None


@pytest.mark.parametrize("shade", ["white", "#f2f2f2", "black", "#d81e3a"])
def test_papers_and_pictures_of_nothing_have_no_fingerprint(shade: str) -> None:
    page = Image.new("RGB", (600, 800), shade)
    ImageDraw.Draw(page).line((50, 90, 500, 90), fill="grey", width=3)
    assert marks_of(page) is None
