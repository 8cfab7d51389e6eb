"""Who calls us when nobody is there? Simulated customers and providers, who know nothing but the HTTP API."""
