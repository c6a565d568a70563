"""Requests that must be refused with nothing written, and strange ones that must do no harm; each with a name for the test's report."""

import base64
import os
from collections.abc import Iterator
from urllib.parse import quote

from tests.platforms.wecom.emulator.callbacks import Callbacks, Envelope
from tests.platforms.wecom.emulator.crypto import Seal, cbc, new_key, pad
from tests.platforms.wecom.emulator.phone import Phone

HOURS = 3600
BOMB = '<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "{}"><!ENTITY c "{}"><!ENTITY d "{}">]>'.format("&a;" * 100, "&b;" * 100, "&c;" * 100)
OUTSIDE = '<!DOCTYPE xml [<!ENTITY d SYSTEM "file:///etc/passwd">]>'
OTHER_CORP = "wwffffffffffffffff"


def forged(phone: Phone) -> Iterator[tuple[str, Envelope]]:
    """Requests that WeCom never sent: all of them are to be refused."""
    callbacks = phone.emulator.callbacks
    plain, corp = phone.xml("text", Content="伪造的消息"), phone.corp
    good = callbacks.envelope(plain)
    signature = good.query["msg_signature"]
    yield "no signature", Envelope({k: v for k, v in good.query.items() if k != "msg_signature"}, good.body)
    yield "empty signature", Envelope({**good.query, "msg_signature": ""}, good.body)
    yield "wrong signature", Envelope({**good.query, "msg_signature": "0" * 40}, good.body)
    yield "signature cut short", Envelope({**good.query, "msg_signature": signature[:20]}, good.body)
    yield "signature of letters beyond ASCII", Envelope({**good.query, "msg_signature": "签" * 40}, good.body)
    yield "no parameters", Envelope({}, good.body)
    yield "no timestamp", Envelope({k: v for k, v in good.query.items() if k != "timestamp"}, good.body)
    yield "no nonce", Envelope({k: v for k, v in good.query.items() if k != "nonce"}, good.body)
    yield "another nonce", Envelope({**good.query, "nonce": "1234567890"}, good.body)
    yield "another timestamp", Envelope({**good.query, "timestamp": str(int(good.query["timestamp"]) - 1)}, good.body)
    yield "another token", callbacks.envelope(plain, seal=Seal("0" * 24, corp.aes_key, corp.corp_id))
    yield "another key", callbacks.envelope(plain, seal=Seal(corp.token, new_key(), corp.corp_id))
    yield "body changed", Envelope(good.query, good.body.replace(b"<Encrypt><![CDATA[", b"<Encrypt><![CDATA[AAAA"))
    yield "sealed for another corp", callbacks.envelope(plain, receiver=OTHER_CORP)
    yield "sealed for nobody", callbacks.envelope(plain, receiver="")
    yield "not sealed", Envelope(good.query, plain.encode())
    yield "not sealed and not signed", Envelope({}, plain.encode())
    yield "JSON", Envelope(good.query, b'{"msgtype": "text", "text": {"content": "hi"}}')
    yield from _stale(callbacks, plain)


def foreign(phone: Phone) -> Iterator[tuple[str, Envelope]]:
    """Well signed, and not for us."""
    callbacks = phone.emulator.callbacks
    other = phone.xml("text", Content="给别人的").replace(phone.corp.corp_id, OTHER_CORP)
    yield "for another corp", callbacks.envelope(other)
    yield "for another agent", callbacks.envelope(phone.xml("text", Content="给别的应用的", agent=1000099))
    yield "envelope for another corp", callbacks.envelope(phone.xml("text", Content="给别人的"), to=OTHER_CORP)
    yield "envelope for another agent", callbacks.envelope(phone.xml("text", Content="给别的应用的"), agent=1000099)
    yield "envelope for an agent of words", callbacks.envelope(phone.xml("text", Content="给别的应用的"), agent="x")


def malformed(phone: Phone) -> Iterator[tuple[str, Envelope]]:
    """Well signed or not, and no message."""
    callbacks = phone.emulator.callbacks
    text = phone.xml("text", Content="&d;")
    good = callbacks.envelope(text)
    yield "empty body", Envelope(good.query, b"")
    yield "half an envelope", Envelope(good.query, good.body[: len(good.body) // 2])
    yield "no Encrypt", Envelope(good.query, good.body.replace(b"Encrypt>", b"Encrypted>"))
    yield "two Encrypts", Envelope(good.query, good.body.replace(b"</xml>", b"<Encrypt>AAAA</Encrypt></xml>"))
    nested = good.body.replace(b"<Encrypt>", b"<Encrypt><Encrypt>").replace(b"</xml>", b"</Encrypt></xml>")
    yield "Encrypt in Encrypt", Envelope(good.query, nested)
    yield "entity bomb outside", Envelope(good.query, BOMB.encode() + good.body.replace(b"</xml>", b"<X>&d;</X></xml>"))
    yield "foreign file outside", Envelope(good.query, OUTSIDE.encode() + good.body.replace(b"</xml>", b"<X>&d;</X></xml>"))
    bare = text.replace("<![CDATA[&d;]]>", "&d;")
    yield "entity bomb inside", callbacks.envelope(BOMB + bare)
    yield "foreign file inside", callbacks.envelope(OUTSIDE + bare)
    yield "not XML inside", callbacks.envelope("hello")
    yield "nothing inside", callbacks.envelope("")
    yield "half a message inside", callbacks.envelope(text[:60])
    yield "no MsgType", callbacks.envelope(text.replace("MsgType>", "Type>"))
    yield "no FromUserName", callbacks.envelope(text.replace("FromUserName>", "From>"))
    yield "empty FromUserName", callbacks.envelope(text.replace(f"<![CDATA[{phone.person.id}]]>", ""))
    yield "two FromUserNames", callbacks.envelope(text.replace("</xml>", "<FromUserName>qianzong</FromUserName></xml>"))
    yield "no MsgId", callbacks.envelope(text.replace("MsgId>", "Id>"))
    yield "an array for a message", callbacks.envelope("[1, 2]")
    for name, sealed in _wrecks(callbacks.seal):
        yield name, _sealed(callbacks, sealed)
    yield "not UTF-8", Envelope(good.query, good.body.replace(b"<xml>", b"<xml>\xff\xfe"))
    yield "null bytes", Envelope(good.query, b"\0" * 100)
    yield "deep nesting", Envelope(good.query, b"<x>" * 100_000)
    yield "huge body", Envelope(good.query, good.body.replace(b"</xml>", b"<X>" + b"x" * 50 * 2**20 + b"</X></xml>"))


def strange(phone: Phone) -> Iterator[tuple[str, str]]:
    """Plaintexts that WeCom may well send one day: to be accepted, and nobody may suffer from them."""
    yield "unknown type", phone.xml("hologram", Depth=3)
    yield "unknown event", phone.event("moon_landed", EventKey="")
    yield "event without a name", phone.event("", EventKey="")
    yield "empty text", phone.xml("text", Content="")
    yield "spaces", phone.xml("text", Content="  \n ")
    yield "emoji", phone.xml("text", Content="好的👌🏻")
    yield "control character", phone.xml("text", Content="拜访\x0b恒力")
    yield "end of CDATA", phone.xml("text", Content="a]]>b<c>&amp;")
    yield "long text", phone.xml("text", Content="长" * 20_000)
    yield "location without a label", phone.xml("location", Location_X=30.0, Location_Y=120.0, Scale=15, Label="", AppType="wxwork")
    yield "location of words", phone.xml("location", Location_X="here", Location_Y="there", Scale="x", Label="")
    yield "location off the globe", phone.xml("location", Location_X=300.0, Location_Y=-999.0, Scale=15, Label="火星")
    yield "location that is no number", phone.xml("location", Location_X="nan", Location_Y="inf", Scale=15, Label="")
    yield "report without precision", phone.event("LOCATION", Latitude=30.0, Longitude=120.0)
    yield "picture without media", phone.xml("image", PicUrl="")
    yield "file of no name", phone.xml("file", MediaId="x")
    yield "tap without a task", phone.event("template_card_event", EventKey="approve")
    yield (
        "tap with a made-up task",
        phone.event(
            "template_card_event", EventKey="approve", TaskId="nobody_sent_this", CardType="button_interaction", ResponseCode="made-up"
        ),
    )
    yield "app is closing", phone.event("inactive_alert", EffectTime=1790000000)
    yield "app is closed", phone.event("close_inactive_agent", EventKey="")
    yield "contact changed", phone.event("change_contact", ChangeType="update_user", UserID="lisi")
    yield "sent from nobody known", phone.xml("text", Content="你好").replace(phone.person.id, "stranger")


def _stale(callbacks: Callbacks, plain: str) -> Iterator[tuple[str, Envelope]]:
    now = callbacks.corp.now().timestamp()
    yield "nine hours old", callbacks.envelope(plain, at=now - 9 * HOURS)
    yield "signed in 1970", callbacks.envelope(plain, at=1)
    yield "nine hours ahead", callbacks.envelope(plain, at=now + 9 * HOURS)
    good = callbacks.envelope(plain)
    sealed = good.body.decode().split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    for words in ("", "soon", "1e9", "-1", "９９９", "9" * 400, "nan"):
        query = {"msg_signature": callbacks.seal.sign(words, "1", sealed), "timestamp": words, "nonce": "1"}
        yield f"timestamp {quote(words[:8])!r}", Envelope(query, good.body)


def _sealed(callbacks: Callbacks, sealed: str) -> Envelope:
    timestamp = str(int(callbacks.corp.now().timestamp()))
    query = {"msg_signature": callbacks.seal.sign(timestamp, "7", sealed), "timestamp": timestamp, "nonce": "7"}
    body = f"<xml><ToUserName><![CDATA[{callbacks.corp.corp_id}]]></ToUserName><AgentID>{callbacks.corp.agent_id}</AgentID>"
    return Envelope(query, f"{body}<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode())


def _wrecks(seal: Seal) -> Iterator[tuple[str, str]]:
    """Ciphertexts with a good signature and rubbish below it."""

    def closed(plain: bytes) -> str:
        return base64.b64encode(cbc(seal.key, plain)).decode()

    yield "empty ciphertext", ""
    yield "no base64", "!!!!"
    yield "half a block", base64.b64encode(b"x" * 17).decode()
    yield "random blocks", base64.b64encode(os.urandom(64)).decode()
    yield "one block only", closed(b"x" * 16)
    yield "padding of zero", closed(b"x" * 31 + b"\0")
    yield "all padding", closed(bytes([32]) * 32)
    yield "length beyond the end", closed(pad(os.urandom(16) + b"\xff\xff\xff\xff" + b"<xml/>" + seal.receiver.encode()))
    yield "nothing after the length", closed(pad(os.urandom(16) + b"\0\0\0\0"))
    yield "receiver that is no text", closed(pad(os.urandom(16) + b"\0\0\0\x06" + b"<xml/>" + b"\xff\xfe"))
