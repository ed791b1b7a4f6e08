"""The Whisper engine in parts: one turn, who is served when, and the worker that decodes."""
