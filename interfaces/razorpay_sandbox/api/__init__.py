"""Which calls of the gateway does the stand-in answer? One file for each kind of thing."""
