"""``python -m tests.platforms.wecom.emulator``: WeCom on this machine, for trying the bot without an account.

``--bot`` is where the bot listens: its callback address counts as saved in the console. Prints the configuration that fits.
"""

import argparse
import asyncio
import contextlib

from bot.domain.clock import SystemClock
from tests.platforms.wecom.emulator.page import Page
from tests.platforms.wecom.emulator.server import Emulator


def configuration(emulator: Emulator) -> str:
    """A ``genjin.toml`` with which the bot finds this emulator."""
    corp = emulator.corp
    hooks = "".join(f'"{name}" = "{key}"\n' for key, name in corp.webhooks.items())
    return f"""[wecom]
corp_id = "{corp.corp_id}"
agent_id = {corp.agent_id}
secret = "{corp.secret}"
token = "{corp.token}"
aes_key = "{corp.aes_key}"
bot_id = "{corp.bot_id}"
bot_secret = "{corp.bot_secret}"
api_base = "{emulator.address}"
login_base = "{emulator.address}"
ws_url = "{emulator.address.replace("http", "ws", 1)}/ws"

[wecom.webhook_keys]
{hooks}"""


def people(emulator: Emulator) -> str:
    """The members as a table for ``genjin import people``, behind comment signs."""
    rows = [f"# {p.name},{'manager' if p.leads_department else 'rep'},{p.mobile},{p.key}" for p in emulator.corp.people.values()]
    head = "# 人员表：下面存成 people.csv（去掉行首的 # ），然后：genjin import people people.csv"
    return "\n".join([head, "# 姓名,角色,手机,wecom_id", *rows])


async def main(port: int, bot: str) -> None:
    emulator = Emulator(SystemClock())
    await emulator.start(port, pages=Page(emulator).routes())
    emulator.corp.callback = f"{bot}/wecom/callback"
    print(f"# 企业微信模拟器：{emulator.address}/ （打开它，以某个人的身份说话）")
    print(f"# 把下面存成 genjin.toml，然后：genjin serve --config genjin.toml（回调地址 {emulator.corp.callback}）\n")
    print(configuration(emulator))
    print(people(emulator), flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        await emulator.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8720)
    parser.add_argument("--bot", default="http://127.0.0.1:8710")
    options = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(options.port, options.bot))
