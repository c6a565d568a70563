"""``python -m bot`` is ``genjin``."""

from bot.cli import main

main()
