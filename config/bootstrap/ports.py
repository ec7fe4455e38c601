"""The port that the site listens on."""

import socket
from dataclasses import dataclass
from typing import Self

from config.bootstrap.messages import Problem, say

DEFAULT = 8000
ADDRESS = "127.0.0.1"


@dataclass
class Reservation:
    """A port that is free, and a name held in the kernel so that another checkout does not take it."""

    number: int
    name: socket.socket

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.name.close()

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.number}/"


def reserve(asked: int | None) -> Reservation:
    """The asked port, or the default one, or the next free one when the default is taken."""
    if asked is not None:
        if not 1 <= asked <= 65535:
            raise Problem(f"{asked} n’est pas un numéro de port (1 à 65535).")
        reservation = _try(asked)
        if reservation is None:
            raise Problem(
                f"le port {asked} est déjà pris par un autre programme.",
                "Choisissez-en un autre avec --port, ou laissez la commande choisir sans --port.",
            )
        return reservation
    for number in (*range(DEFAULT, DEFAULT + 20), _any_free()):
        reservation = _try(number)
        if reservation is not None:
            if number != DEFAULT:
                say(f"Le port {DEFAULT} est pris par un autre programme : le site prend le {number}.")
            return reservation
    raise Problem("aucun port libre n’a été trouvé.", "Indiquez-en un avec --port.")


def _try(number: int) -> Reservation | None:
    # Two servers may share a port (SO_REUSEPORT) without an error: the name tells checkouts apart.
    name = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        name.bind(f"\0place-port-{number}")
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((ADDRESS, number))
            probe.listen(1)
    except PermissionError as error:
        name.close()
        raise Problem(
            f"le port {number} est réservé à l’administrateur.", "Prenez-en un au-delà de 1023."
        ) from error
    except OSError:
        name.close()
        return None
    return Reservation(number, name)


def _any_free() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])
