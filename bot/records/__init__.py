"""What several stories do with records: keep a message, settle its customer, move the lead's clock, show the card.

Handlers are strangers to one another; what they share lives here, one floor below them.
"""
