"""Drafts a language pack by the language model, each line checked before it is written."""
