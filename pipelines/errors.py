"""The error that operators can mend."""


class EngineError(RuntimeError):
    """An engine could not do what was asked: says what, where, and what to do."""
