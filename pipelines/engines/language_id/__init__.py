"""Which language a caller speaks: by the letters of what was heard, and by its sound."""
