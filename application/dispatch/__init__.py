"""Who is asked to take which job, and when? Pure policy and the rounds that carry it out through ports."""
