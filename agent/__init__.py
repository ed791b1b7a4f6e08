"""The deciding part: events in, actions out. Touches no clock, no network, no file."""
