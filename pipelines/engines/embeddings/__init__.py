"""Texts as vectors that lie the closer, the more alike they are meant."""
