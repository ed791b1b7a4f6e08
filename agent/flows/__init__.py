"""Use cases, one file each; a module's `FLOW` is its registration."""
