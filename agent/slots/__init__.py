"""Details as callers give them: numbers, sums, offers, moments, addresses, what is spelled."""
