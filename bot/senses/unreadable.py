"""Why a picture, film or document cannot be read: a word that ``prompts/pictures.py`` turns into a sentence."""

from typing import Literal, get_args

from bot.domain.errors import GenjinError

Why = Literal[
    "empty",
    "truncated",
    "not_a_picture",
    "heic",
    "too_many_pixels",
    "broken",
    "no_film",
    "film_too_long",
    "encrypted",
    "old_office",
    "bomb",
    "too_many_pages",
    "unknown",
    "too_slow",
    "too_much_memory",
]
WHYS: tuple[str, ...] = get_args(Why)


class Unreadable(GenjinError):
    """The file cannot be read; its text is one of :data:`WHYS`, so that it survives the way out of a child process."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
