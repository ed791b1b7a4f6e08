"""Drafts a language pack by the configured language model, each line checked before it is written."""
