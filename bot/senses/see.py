"""Looking at one file, whatever it is: what the child process is asked for."""

from bot.senses.documents import read_document
from bot.senses.look import Seeing, see_picture
from bot.senses.unreadable import Unreadable
from bot.senses.video import see_film


def see(path: str, content_type: str, name: str) -> Seeing:
    """Look at a file of ours. Raises Unreadable."""
    if content_type == "image/heic":
        raise Unreadable("heic")
    if content_type.startswith("image/"):
        return see_picture(path)
    if content_type.startswith("video/"):
        return see_film(path)
    return Seeing(sight=read_document(path, content_type))
