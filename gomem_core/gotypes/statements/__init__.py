"""Statements of Go, and the objects that they make: the rules of its compiler and its runtime, a noun a file.

`evaluate` reads a statement and asks the rules; what they want is collected in a `plan`: objects in the order in which Go
allocates them, the pointers between them, and what is garbage afterwards.  Who allocates them is a session.  Results escape,
always: nothing here is left on the stack.
"""
