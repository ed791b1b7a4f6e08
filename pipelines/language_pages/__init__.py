"""A language reviewed by its speakers: live pages over its folder, and a sheet to listen by."""
