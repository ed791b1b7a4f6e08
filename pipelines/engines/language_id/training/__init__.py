"""Makes the table that tells languages by letters, and measures it; nothing here runs in a call."""
