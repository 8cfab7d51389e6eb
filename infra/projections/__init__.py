"""The runner of read models: folds the log into tables, exactly once, and can do it all over again."""
