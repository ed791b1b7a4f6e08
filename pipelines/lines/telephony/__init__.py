"""Bridges to telephone networks: one file each, all of them speaking `leg.py` towards the call."""
