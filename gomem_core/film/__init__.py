"""A film: the heap life of a real program, rebuilt from its execution trace.

`columns` are numbers in files, `life` makes lifetimes of spans and objects from events, `film` is all that was read so far,
`moment` what there was at one moment, as a still that all panes know.
"""
