"""The terminal: how it is read, how it is left, and what ends gomem."""
