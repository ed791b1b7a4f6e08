"""The report as live pages: the list of calls, one call with its sound, annotations."""
