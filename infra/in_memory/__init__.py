"""What does the engine run on when time is virtual? A log, aggregates and a board in memory, for one process alone."""
