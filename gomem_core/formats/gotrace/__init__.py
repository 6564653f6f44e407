"""Go's execution trace, format v2, with the events of the alloc/free experiment (GODEBUG=traceallocfree=1).

`batches` is what a file consists of, `decode` makes columns of one batch, `generations` orders those of one generation.
"""
