"""A heap that is typed: commands, the way through their history, and what they answered."""
