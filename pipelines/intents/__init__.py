"""What a turn may want, by its meaning."""
