"""The shape of every JSON that gomem prints, as types; schema.json beside this file says the same for other programs.

One rule for all of it: numbers are numbers, addresses are strings such as "0xc420000000", bit sets are hexadecimal strings too,
and what is unknown or absent is null, never 0 or "".  Sizes are bytes, percentages 0 … 100, times nanoseconds.  Sentences for
people occur only in messages.

heap.py has what a heap consists of; results.py lists what commands answer, outputs.py what subcommands print: each answer stands
in the file of its subject.  Only type checkers import these modules, and tests/schemafile.py, which writes schema.json from them
(python -m tests.schemafile).  The tests hold every output against it.
"""
