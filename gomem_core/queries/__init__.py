"""Questions to any heap: tables, filters, orders, what keeps an object alive, what differs, the account of every byte."""
