"""Doing commands: each gets what it acts on (context.py), and table.py says which function does which."""
