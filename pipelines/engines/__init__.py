"""What hears, speaks and thinks: recognisers, voices, language models. All calls share them."""
