"""A caller for demonstrations, benchmarks and tests, and its voice."""
