"""Recordings of a real Go runtime: reading, replaying and comparing them, and converting their scripts."""
