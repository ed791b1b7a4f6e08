"""The `waxtaan` command: one file per group of subcommands, imported only when used."""
