"""Session files and journals: text that is read, written and compared."""
