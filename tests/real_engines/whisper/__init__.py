"""A small Whisper that really recognises something, trained here in minutes.

    python -m tests.real_engines.whisper --out DIR [--minutes N]

For the tests of everything around Whisper: no model can be fetched where they run, and one with
random weights recognises nothing. It learns strings of digits and some sixty sentences, English
and French, from espeak's voices (and people's digits where `WAXTAAN_DATA` has them), and ends as
a folder that faster-whisper opens. The way there - corpus, training, conversion, measuring - is the
way of a real fine-tune, in small.

Its environment is its own (torch, transformers): docker/train.constraints.txt.
"""
