"""How does dispatch see the city? Through the read models in PostgreSQL."""
