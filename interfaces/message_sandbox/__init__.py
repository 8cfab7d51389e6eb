"""Stand-ins for those who carry messages: Fast2SMS over HTTP, a mail server over SMTP."""
