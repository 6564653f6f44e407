"""What the allocators of all versions of Go have in common: slots of spans, the table of pages, the program's side."""
