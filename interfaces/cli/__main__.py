"""How does `python -m interfaces.cli` start? Like `vehicaid`."""

from interfaces.cli.main import main

main()
