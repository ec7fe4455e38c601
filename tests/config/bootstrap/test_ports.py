"""Which port the site takes, and what it says when it cannot."""

import socket
from collections.abc import Iterator

import pytest

from config.bootstrap import ports
from config.bootstrap.messages import Problem


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as program:
        program.bind(("127.0.0.1", 0))
        program.listen(1)
        yield program.getsockname()[1]


def test_a_default_port_that_is_taken_is_replaced_and_said(
    taken: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(ports, "DEFAULT", taken)

    with ports.reserve(None) as reservation:
        assert reservation.number != taken
        assert str(reservation.number) in reservation.url
        said = capsys.readouterr().err
        assert str(taken) in said
        assert str(reservation.number) in said


def test_an_asked_port_that_is_taken_is_an_error(taken: int) -> None:
    with pytest.raises(Problem, match=f"le port {taken} est déjà pris"):
        ports.reserve(taken)


def test_a_free_port_is_free_again_to_the_web_server() -> None:
    with ports.reserve(ports._any_free()) as reservation, socket.socket() as server:
        server.bind(("127.0.0.1", reservation.number))


def test_two_checkouts_that_start_together_take_two_ports(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "DEFAULT", ports._any_free())

    with ports.reserve(None) as first, ports.reserve(None) as second:
        assert first.number != second.number


@pytest.mark.parametrize("number", [0, -1, 65536])
def test_a_number_that_is_no_port_is_an_error(number: int) -> None:
    with pytest.raises(Problem, match="n’est pas un numéro de port"):
        ports.reserve(number)
