"""Kokoro-82M: a graph of two halves, the phonemes that it reads, and its sound in windows."""
