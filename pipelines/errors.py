"""The errors that operators can mend."""


class ConfigurationError(ValueError):
    """Something under `prompts/` cannot be used: names the file, the key and what to do."""


class EngineError(RuntimeError):
    """An engine could not do what was asked: says what, where, and what to do."""
