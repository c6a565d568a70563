"""Photos, recordings, films, files and places: a piece of the visit at once, whatever may be read from them later."""

from bot.chat.context import Context
from bot.chat.incoming import Document, Location, MediaEvent, Photo, Text, Video, Voice
from bot.chat.outgoing import Outgoing
from bot.chat.router import Answer, Router
from bot.domain.activity import ActivityKind, PieceKind
from bot.domain.values import CustomerId
from bot.records.arrival import arrived, evidence, is_there
from bot.records.keep import open_record, piece
from bot.records.show import add, add_place
from prompts import cards

router = Router("evidence")
KINDS = {Photo: PieceKind.PHOTO, Voice: PieceKind.VOICE, Video: PieceKind.VIDEO, Document: PieceKind.DOCUMENT}


@router.on(Photo, Voice, Video, Document)
def keep_file(event: MediaEvent, ctx: Context) -> Outgoing:
    """A file joins the open record; one that fits none becomes a record of its own and asks once whose it is."""
    camera = {"camera": True} if isinstance(event, Photo) and event.camera else {}
    return add(ctx, KINDS[type(event)], data={"name": event.media.name, **camera}, media=ctx.keeper.want(ctx.tx, event, ctx.now))


@router.on(Location)
def keep_place(event: Location, ctx: Context) -> Answer:
    """A place that the phone measured is evidence of an arrival; a pin set in a chat is a claim, and kept as such."""
    if event.unasked:
        _note_quietly(event, ctx)
        return None
    customer = ctx.tx.customers.get(CustomerId(event.customer)) if event.customer else None
    return add_place(ctx, event, customer if customer and ctx.sight.can_see(customer) else None)


def _note_quietly(event: Location, ctx: Context) -> None:
    """What a platform reports by itself: of a visit that is under way where it bears it out, else loose."""
    record = open_record(ctx)
    customer = ctx.tx.customers.get(record.customer_id) if record and record.customer_id else None
    there = record is not None and record.kind is ActivityKind.VISIT and is_there(ctx, event, customer)
    ctx.tx.activities.add_piece(piece(ctx, PieceKind.LOCATION, data=evidence(event), activity=record if there else None))
    if record and there:
        arrived(ctx, record, event)


@router.command(r"打卡|定位打卡|签到|我到了")
def where_to_check_in(event: Text, ctx: Context, match: object) -> Outgoing:
    """The way to the page that measures."""
    return cards.check_in(f"checkin:{event.event_id}")
