"""Screens that lie over the panes."""
