"""What may be promised, as scored drives say."""
