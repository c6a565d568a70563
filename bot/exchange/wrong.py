"""The error of one cell."""


class WrongCell(ValueError):
    """What a cell says cannot be; the text is the sentence for the person who mends it."""
