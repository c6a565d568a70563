"""Quotes and contracts as papers: PDF with our own fonts, from templates that are plain files (``prompts/papers/*.typ``)."""

from bot.paper.papers import ContractPaper, PaperLine, Party, QuotePaper
from bot.paper.typesetting import Typesetter

__all__ = ["ContractPaper", "PaperLine", "Party", "QuotePaper", "Typesetter"]
