"""Nouns and rules of sales work; the standard library and pydantic only, so that anything may rely on them."""
