"""An optional second reader: a language model, asked only where the rules are unsure.

Absent = off; docs/llm.md tells what leaves the house.

``SecondReader.reread(text, said, sender, at)`` gives the rules' record, or that record with some empty fields filled as guesses.
It never raises: whatever goes wrong, the rules' record is the answer.
"""

from bot.llm.second import SecondReader

__all__ = ["SecondReader"]
