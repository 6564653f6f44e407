"""The heap of a real Go program, read from outside: a running process, or a core file."""
