"""Languages: packs, in which one a turn is taken, and how an act is worded in it."""
