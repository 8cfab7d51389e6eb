"""What the log looks like from each screen: one read model per file, a pure fold over facts."""
