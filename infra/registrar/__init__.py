"""How do we speak to the registrar of e-invoices?"""
