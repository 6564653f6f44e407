"""How lines of text become cells: signs, styles, and only what differs."""
