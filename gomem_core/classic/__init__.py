"""The allocator, one noun of the Go runtime a file.  The overview stands in `malloc.py`."""
