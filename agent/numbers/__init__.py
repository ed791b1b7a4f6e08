"""Numbers as people say and write them: strings of digits, counts, amounts, cards' numbers."""
