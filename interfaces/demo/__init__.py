"""Who lives in the demo city? Simulated customers and providers of Bengaluru, who know nothing but the HTTP API."""
