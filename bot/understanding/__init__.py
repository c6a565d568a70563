"""From a message to what it means: ``Reader(Names(customers), calendar).read(text, now)`` gives an ``Understood``.

The three name classes and the reader are the whole seam; docs/understanding.md tells how the stages work and how well.
"""

from bot.understanding.names import KnownContact, KnownCustomer, Names
from bot.understanding.reader import Reader

__all__ = ["KnownContact", "KnownCustomer", "Names", "Reader"]
