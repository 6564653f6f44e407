"""Facts about Go as data: the machine it runs on, size classes, the events its allocator tells."""
