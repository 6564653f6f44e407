"""The session as plain text, line by line: for screen readers, pipes and terminals that can do nothing else."""
