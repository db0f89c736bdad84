"""``python -m bakehouse``: the same command as the installed ``bakehouse``."""

from .cli.main import main

if __name__ == "__main__":
    main()
