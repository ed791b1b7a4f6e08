"""What a language model's sentence has to pass before a voice gets it."""
