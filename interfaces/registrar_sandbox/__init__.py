"""Who plays the registrar of e-invoices where none is configured? A small service with books and a key of its own."""
