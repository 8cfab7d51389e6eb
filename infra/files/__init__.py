"""Uploaded files: looked at, drawn anew, sealed under their owner's key, and kept in a folder or behind an S3 API."""
