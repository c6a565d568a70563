"""Photos, recordings, films, files and places: a piece of the visit at once, whatever may be read from them later."""

from bot.chat.context import Context
from bot.chat.incoming import Document, Location, MediaEvent, Photo, Video, Voice
from bot.chat.outgoing import Outgoing
from bot.chat.router import Router
from bot.domain.activity import ActivityKind, PieceKind
from bot.domain.values import MediaId
from bot.records.keep import note, open_record, start
from bot.records.settle import Named
from bot.records.show import file_under, joined, shown

router = Router("evidence")
KINDS = {Photo: PieceKind.PHOTO, Voice: PieceKind.VOICE, Video: PieceKind.VIDEO, Document: PieceKind.DOCUMENT}


@router.on(Photo, Voice, Video, Document)
def keep_file(event: MediaEvent, ctx: Context) -> Outgoing:
    """A file joins the open record; one that fits none becomes a record of its own and asks once whose it is."""
    return _joined(ctx, KINDS[type(event)], {"name": event.media.name}, media=ctx.keeper.want(ctx.tx, event, ctx.now))


@router.on(Location)
def keep_place(event: Location, ctx: Context) -> Outgoing:
    """A pin from a chat is a claim, not a measurement, and is kept as such."""
    return _joined(ctx, PieceKind.LOCATION, {"lat": event.lat, "lng": event.lng, "label": event.label, "evidence": "claimed"})


def _joined(ctx: Context, kind: PieceKind, data: dict[str, object], media: MediaId | None = None) -> Outgoing:
    before = open_record(ctx)
    record = before
    if record is None:
        record = start(ctx, ActivityKind.VISIT if kind in (PieceKind.PHOTO, PieceKind.LOCATION) else ActivityKind.FOLLOW_UP)
    record = note(ctx, record, kind, media=media, data=data)
    card = shown(ctx, record) if record.customer_id else file_under(ctx, record, Named())
    return joined(ctx, before, record, card)
