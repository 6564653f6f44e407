"""Subcommands that are about the explorer and need no screen; each module has the name of its subcommand, and `execute`."""
