"""What do bodies look like on the wire? One file per noun."""
