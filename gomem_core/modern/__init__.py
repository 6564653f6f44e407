"""The allocator of Go 1.21 to 1.27; malloc.py is the overview."""
