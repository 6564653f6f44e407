"""The headless subcommands, one file each.

`args` declares them all and is cheap to import; what a subcommand needs is imported only when it runs.
"""
