#!/usr/bin/env python3
"""The project's command line. It needs nothing but Python: the rest is installed by ``start``."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (this is where one learns it)
    sys.exit(
        "Erreur : Python 3.11 ou plus récent est nécessaire (ici {}.{}).\n"
        "  → Installez-le, puis relancez avec lui, par exemple : python3.12 manage.py start".format(
            *sys.version_info
        )
    )

if __name__ == "__main__":
    from config.bootstrap.commands import main

    sys.exit(main(sys.argv))
