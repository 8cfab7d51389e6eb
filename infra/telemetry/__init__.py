"""What does a running process tell about itself: logs, metrics and traces, without personal data."""
