"""Who carries messages to telephones and mailboxes."""
