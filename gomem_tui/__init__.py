"""gomem's terminal interface: the explorer, and the `gomem` entry point.

It stands on gomem_core, which knows nothing of it.
"""
