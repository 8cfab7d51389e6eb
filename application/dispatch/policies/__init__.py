"""How is it decided who is asked? One rule in each file, all behind ``application.dispatch.snapshot.Policy``."""
