"""How callers reach us, web and telephone alike, and which calls are going on."""
