"""Pure functions from a read-only heap, a size and a selection to lines of (text, style token).  No Textual in here."""
