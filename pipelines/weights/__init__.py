"""Models' weights: a catalogue of them, the places they come from, and whether they are whole."""
