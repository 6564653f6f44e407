"""Thin widgets around the pure renderers: they scroll, select, and repaint the cells that changed."""
