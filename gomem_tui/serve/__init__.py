"""Shows a session to others while it is presented: `gomem serve`."""
