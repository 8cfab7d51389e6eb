"""Does an export hold what the log says, whatever interrupts it?"""
