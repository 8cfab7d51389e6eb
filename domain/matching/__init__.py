"""Who could serve which job, and at what cost? Computed over arrays; knows requests and shifts only as numbers."""
