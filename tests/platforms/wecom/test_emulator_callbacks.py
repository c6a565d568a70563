"""The emulator's callbacks: sealed as WeCom seals them, delivered as WeCom delivers them."""

import base64
import tomllib

import pytest
from aiohttp import FormData, web

from tests.platforms.wecom.emulator import Emulator, Seal
from tests.platforms.wecom.emulator.__main__ import configuration
from tests.platforms.wecom.emulator.crypto import cbc, new_key, pad, unpad
from tests.platforms.wecom.emulator.hostile import foreign, forged, malformed, strange
from tests.platforms.wecom.emulator.page import Page
from tests.platforms.wecom.listener import Listener

PLAIN = "好👌 ]]> &amp;"


def test_a_seal_opens_what_it_sealed_and_nothing_else() -> None:
    seal = Seal("token", new_key(), "ww0123456789abcdef")
    sealed = seal.encrypt(PLAIN.encode())
    assert seal.decrypt(sealed).decode() == PLAIN
    assert seal.encrypt(PLAIN.encode()) != sealed
    with pytest.raises(ValueError, match="another receiver"):
        Seal("token", base64.b64encode(seal.key).decode().rstrip("="), "ww1").decrypt(sealed)
    with pytest.raises(ValueError, match=r"padding|receiver|codec|decode"):
        Seal("token", new_key(), "ww0123456789abcdef").decrypt(sealed)


def test_padding_fills_32_bytes_and_is_never_nothing() -> None:
    assert [len(pad(b"x" * n)) for n in (0, 31, 32, 33)] == [32, 32, 64, 64]
    assert unpad(pad(b"x" * 32)) == b"x" * 32


def test_the_cipher_is_aes_256_in_cbc() -> None:
    """A known block: the all-zero key, start and text."""
    assert cbc(bytes(32), bytes(16)).hex() == "dc95c078a2408989ad48a21492842087"


async def test_the_address_is_verified_with_a_bare_answer(wecom: Emulator) -> None:
    tails = iter(["", "\n"])

    async def echo(request: web.Request) -> web.Response:
        return web.Response(text=wecom.callbacks.seal.decrypt(request.query["echostr"]).decode() + next(tails))

    for good in (True, False):
        app = web.Application()
        app.router.add_get("/wecom/callback", echo)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        wecom.corp.callback = f"http://127.0.0.1:{runner.addresses[0][1]}/wecom/callback"
        assert (await wecom.callbacks.verify()).accepted is good
        await runner.cleanup()


async def test_what_people_send_arrives_sealed(wecom: Emulator, listener: Listener) -> None:
    phone = wecom.phone("WangWei")
    await phone.say(PLAIN)
    await phone.location(30.0, 120.5, "绍兴柯桥")
    await phone.voice()
    await phone.report(30.01, 120.51)
    text, place, voice, report = listener.got
    assert (text["Content"], text["FromUserName"], text["AgentID"]) == (PLAIN, "WangWei", "1000002")
    assert (place["Location_X"], place["Label"], place["AppType"]) == ("30.0", "绍兴柯桥", "wxwork")
    assert (voice["Format"], voice["MediaId"] in wecom.files.kept) == ("amr", True)
    assert (report["Event"], "MsgId" in report) == ("LOCATION", False)


async def test_a_photo_of_the_camera_is_announced_by_its_md5(wecom: Emulator, listener: Listener) -> None:
    await wecom.phone("lisi").photo(b"\xff\xd8\xff", camera=True)
    assert [got.get("Event", got["MsgType"]) for got in listener.got] == ["pic_sysphoto", "image"]
    assert "<PicMd5Sum><![CDATA[d718f4d374abcade9c50585aeee2f713]]></PicMd5Sum>" in wecom.callbacks.sent[0][0]


async def test_no_answer_is_tried_three_times_more_with_the_same_words_newly_sealed(wecom: Emulator, listener: Listener) -> None:
    listener.answers = [None, None, None, web.Response()]
    wecom.callbacks.deadline = 0.05
    done = await wecom.phone("lisi").say("好")
    assert (done.tries, done.accepted) == (4, True)
    assert len({got["MsgId"] for got in listener.got}) == 1
    assert len({query["nonce"] for query, _ in listener.raw}) == 4
    assert len({body for _, body in listener.raw}) == 4


async def test_a_refusal_may_or_may_not_be_tried_again(wecom: Emulator, listener: Listener) -> None:
    listener.answers = [web.Response(status=503), web.Response()]
    assert (await wecom.phone("lisi").say("好")).tries == 2
    listener.answers = [web.Response(status=503), web.Response()]
    wecom.callbacks.retries_refusals = False
    assert (await wecom.phone("lisi").say("好")).status == 503


async def test_a_repeat_comes_unchanged_or_sealed_anew(wecom: Emulator, listener: Listener) -> None:
    await wecom.phone("lisi").say("好")
    await wecom.callbacks.again()
    await wecom.callbacks.again(resealed=True)
    assert listener.raw[0] == listener.raw[1]
    assert listener.raw[0] != listener.raw[2]
    assert listener.got[0] == listener.got[1] == listener.got[2]


async def test_a_passive_text_is_cut_and_shown(wecom: Emulator, listener: Listener) -> None:
    listener.answers = [listener.reply(f"<xml><MsgType>text</MsgType><Content>{'跟' * 700}</Content></xml>")]
    await wecom.phone("lisi").say("好")
    assert wecom.screen("lisi")[0].text == "跟" * 682


async def test_an_answer_that_cannot_be_read_is_complained_of(wecom: Emulator, listener: Listener) -> None:
    listener.answers = [web.Response(text="<xml><Encrypt>AAAA</Encrypt></xml>"), web.Response(text="success")]
    await wecom.phone("lisi").say("一")
    await wecom.phone("lisi").say("二")
    assert len(wecom.complaints) == 1


def test_hostile_requests_differ_from_good_ones_and_have_names(wecom: Emulator) -> None:
    phone = wecom.phone("lisi")
    made = [*forged(phone), *foreign(phone), *malformed(phone)]
    assert len({name for name, _ in made}) == len(made) >= 60
    assert len({name for name, _ in strange(phone)}) >= 20


async def test_people_talk_through_the_page(wecom: Emulator, listener: Listener) -> None:
    app = web.Application()
    app.router.add_routes(Page(wecom).routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    form = FormData({"user": "lisi", "text": "今天拜访了<恒力>"}, default_to_multipart=True)
    async with wecom.http.post(f"{address}/say", data=form) as answer:
        shown = await answer.text()
    await runner.cleanup()
    assert listener.got[0]["Content"] == "今天拜访了<恒力>"
    assert '<pre class="mine">今天拜访了&lt;恒力&gt;</pre>' in shown


def test_the_printed_configuration_is_toml(wecom: Emulator) -> None:
    printed = tomllib.loads(configuration(wecom))["wecom"]
    assert (printed["corp_id"], printed["agent_id"]) == (wecom.corp.corp_id, 1000002)
    assert list(printed["webhook_keys"]) == ["华东销售群"]
