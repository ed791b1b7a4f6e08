"""The answer ladder: what a turn means, rung by rung."""
