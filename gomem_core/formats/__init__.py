"""Formats of other programs: bytes become numbers and arrays.  Nothing here knows gomem, opens a file, or looks at a process."""
