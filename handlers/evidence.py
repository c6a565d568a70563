"""Photos, recordings, films, files and places: a piece of the visit at once, whatever may be read from them later."""

from bot.chat.context import Context
from bot.chat.incoming import Document, Location, MediaEvent, Photo, Video, Voice
from bot.chat.outgoing import Outgoing
from bot.chat.router import Router
from bot.domain.activity import PieceKind
from bot.records.show import add

router = Router("evidence")
KINDS = {Photo: PieceKind.PHOTO, Voice: PieceKind.VOICE, Video: PieceKind.VIDEO, Document: PieceKind.DOCUMENT}


@router.on(Photo, Voice, Video, Document)
def keep_file(event: MediaEvent, ctx: Context) -> Outgoing:
    """A file joins the open record; one that fits none becomes a record of its own and asks once whose it is."""
    return add(ctx, KINDS[type(event)], data={"name": event.media.name}, media=ctx.keeper.want(ctx.tx, event, ctx.now))


@router.on(Location)
def keep_place(event: Location, ctx: Context) -> Outgoing:
    """A pin from a chat is a claim, not a measurement, and is kept as such."""
    return add(ctx, PieceKind.LOCATION, data={"lat": event.lat, "lng": event.lng, "label": event.label, "evidence": "claimed"})
