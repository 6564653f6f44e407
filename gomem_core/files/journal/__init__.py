"""The journal of a session: each thing that happens to it is in a file before its effect is shown, so a kill -9 loses nothing.

Text, UTF-8, one JSON array a line.  The first line says what the file is; each further line is one record, a word and its values:

    ["gomem-journal", 1, {"started": "2026-11-23T22:50:00+00:00", "pid": 123, "gomem": "0.1.0", "kind": "explorer"}]
    ["do", "alloc 48"]
    ["goto", 12, 0]
    ["end"]

What the records mean is the session's business; here it only matters that each is whole.  `["end"]` is this file's own: the
session was ended by its user.  `shelf` finds the journals there are.

Whoever writes a journal holds a lock on it (flock), which the system releases when the process dies, however it dies.
"""

from gomem_core.files.journal.line import Header, JournalError, Kind, Record
from gomem_core.files.journal.reading import Found, read
from gomem_core.files.journal.shelf import Summary, find, prune, unfinished
from gomem_core.files.journal.writing import Journal

__all__ = [
    "Found",
    "Header",
    "Journal",
    "JournalError",
    "Kind",
    "Record",
    "Summary",
    "find",
    "prune",
    "read",
    "unfinished",
]
