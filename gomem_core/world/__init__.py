"""What panes and queries see of a heap: records, and what a step changed."""
