"""Whisper's ears in parts: one turn, who is served when, and the worker that decodes."""
