"""Tests of what acts: calls, strangers, recordings, the command line."""
