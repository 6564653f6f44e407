"""What a real program wrote down of its heap, as worlds: heap dumps, heap profiles, MemStats, lines of gctrace."""
