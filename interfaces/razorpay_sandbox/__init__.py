"""What does the payment gateway do when there is none? A stand-in with books of its own, faults and a checkout page."""
