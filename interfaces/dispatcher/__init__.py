"""The process that turns clocks and boards into orders: policies, timers, matching."""
