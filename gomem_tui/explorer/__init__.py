"""The explorer: an app around one session, made of panes, a prompt and keys."""
