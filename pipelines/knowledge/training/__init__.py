"""How the constants of `hybrid.py` were found."""
