"""Where an operator keeps its customers' data: one file per way of reaching it."""
