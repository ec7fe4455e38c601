"""What the set-up tells the person at the keyboard, in French.

Everything goes to the error stream, so that the output of a Django command can be piped.
"""

import sys


class Problem(Exception):
    """Something that the person must know or do; shown without a trace, exit status 1."""

    def __init__(self, what: str, *remedies: str) -> None:
        super().__init__(what)
        self.what = what
        self.remedies = remedies

    def __str__(self) -> str:
        return "\n".join([f"Erreur : {self.what}", *(f"  → {remedy}" for remedy in self.remedies)])


def say(text: str) -> None:
    """Show one line of progress."""
    print(text, file=sys.stderr, flush=True)


CAUSES = (
    (
        ("no space left on device", "errno 28", "disk quota exceeded", "not enough free space"),
        "Il n’y a plus de place sur le disque : libérez au moins 2 Go puis relancez la commande.",
    ),
    (
        (
            "temporary failure resolving",
            "temporary failure in name resolution",
            "name or service not known",
            "could not resolve",
            "failed to lookup address",
            "dns error",
            "network is unreachable",
            "connection refused",
            "connection timed out",
            "could not connect to",
            "failed to establish a new connection",
            "error sending request",
            "failed to fetch",
        ),
        "Le réseau ne répond pas : vérifiez l’accès à Internet, ou les variables http_proxy et "
        "https_proxy, puis relancez la commande.",
    ),
    (
        ("permission denied", "errno 13", "operation not permitted", "read-only file system"),
        "Un fichier n’est pas accessible en écriture : lancez la commande avec le compte qui a "
        "fait l’installation.",
    ),
)


def probable_cause(output: str) -> str | None:
    """The remedy for the first known cause that a failed tool's output mentions."""
    lowered = output.lower()
    for signs, remedy in CAUSES:
        if any(sign in lowered for sign in signs):
            return remedy
    return None
