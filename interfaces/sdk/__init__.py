"""How does a Python program speak to the API? By a client that is generated from the OpenAPI document."""
