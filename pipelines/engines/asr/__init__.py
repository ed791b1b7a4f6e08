"""Speech recognition: one file per engine; `engine.py` is the contract they keep."""
