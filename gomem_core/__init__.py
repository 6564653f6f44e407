"""gomem's core: an allocator that makes the Go 1.10 runtime's choices, its language and its proof.

Nothing in here imports Textual or gomem_tui.  Start reading at `gomem_core.classic.malloc`.
"""

__version__ = "0.1.0"
