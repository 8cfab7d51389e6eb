"""What must every implementation of a port do? One suite for each port, run on the fake and on the real adapter."""
