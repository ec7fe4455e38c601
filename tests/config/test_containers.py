"""The container files, as far as they can be read without an engine."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from config.bootstrap.probe import can_serve

ROOT = Path(__file__).resolve().parents[2]
# Written so that this file does not name them.
ANY_REGISTRY = rb"(pypi|pythonhosted|registry\.npmjs|deb\.debian)[.]org|(docker|ghcr)[.]io"


@pytest.mark.parametrize("status", [200, 503])
def test_the_probe_asks_under_a_name_that_the_site_accepts(status: int) -> None:
    asked: list[str] = []

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(f"{self.headers['Host']} {self.path}")
            self.send_response(status)
            self.end_headers()

        def log_message(self, *args: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()

        assert can_serve(server.server_port, "place.example.fr") is (status == 200)

    assert asked == ["place.example.fr /sante/"]
    assert not can_serve(server.server_port, "place.example.fr")


def test_compose_waits_for_the_database_and_for_its_migrations() -> None:
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]

    assert "healthcheck" in services["db"]
    assert "ports" not in services["db"]
    assert services["web"]["depends_on"]["prepare"]["condition"] == "service_completed_successfully"
    assert services["worker"]["depends_on"]["prepare"]["condition"] == "service_completed_successfully"
    assert all(port.startswith("127.0.0.1:") for port in services["web"]["ports"])


def test_the_image_runs_without_rights_and_copies_what_exists() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    assert "USER place" in lines
    for line in lines:
        if line.startswith("COPY requirements"):
            assert all((ROOT / name).exists() for name in line.split()[1:-1])


def test_no_file_names_a_registry_s_host() -> None:
    """Each machine has its own mirrors: a host in a committed file would bypass them."""
    naming = [str(path) for path in _files(ROOT) if re.search(ANY_REGISTRY, path.read_bytes())]
    assert naming == []


def _files(folder: Path) -> Iterator[Path]:
    """The project's own files; git may not be there to list them."""
    for path in folder.iterdir():
        if path.is_file():
            yield path
        elif path.is_dir() and path.name[0] != "." and path.name not in {"var", "vendor", "node_modules"}:
            yield from _files(path)
