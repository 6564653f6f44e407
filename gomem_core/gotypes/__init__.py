"""Types as Go programs declare them, and the objects that values of them become.

Go source is parsed by tree-sitter (`syntax`), declarations are found in it (`package`), and a type is made of what stands there
(`resolve`), with the errors that Go's compiler has for it.  How its values lie in memory is `layout`; what could be better is
`advice`.  Nothing here knows a heap.
"""
