"""WeCom on loopback: refuses what the real one refuses, cuts what it cuts, drops what it drops, and remembers what each person sees.

For tests: ``async with emulated(clock) as wecom``, then ``wecom.corp`` for what goes into the bot's settings, ``wecom.corp.callback`` for
where the bot listens, ``wecom.phone("lisi").say("…")`` for what people do, ``wecom.screen("lisi")`` for what they see,
and ``wecom.faults.on("message/send", wecom.faults.error(42001))`` for what goes wrong.
For people: ``python -m tests.platforms.wecom.emulator``.

Where the reference is unsure the harsher reading is taken, with a comment.
"""

from tests.platforms.wecom.emulator.corp import Corp, Department, Outsider, Person
from tests.platforms.wecom.emulator.crypto import Seal
from tests.platforms.wecom.emulator.ledger import Shown
from tests.platforms.wecom.emulator.phone import NO_DATA, SPEECH
from tests.platforms.wecom.emulator.server import Emulator, emulated

__all__ = ["NO_DATA", "SPEECH", "Corp", "Department", "Emulator", "Outsider", "Person", "Seal", "Shown", "emulated"]
