"""What a container's health check runs: exit status 0 when this site says that it can serve.

``python -m config.bootstrap.probe``; the port and the name it asks under come from the environment.
"""

import http.client
import os
import sys

LIMIT = 4.0
"""Seconds that the site has to answer."""


def can_serve(port: int, host: str) -> bool:
    """True when ``/sante/`` answers 200 to a request for ``host``, a name that the site accepts."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        connection.request("GET", "/sante/", headers={"Host": host})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def main() -> int:
    """The exit status."""
    hosts = os.environ.get("ALLOWED_HOSTS") or "localhost"
    port = int(os.environ.get("GRANIAN_PORT", "8000"))
    return 0 if can_serve(port, hosts.split(",")[0].strip().lstrip(".")) else 1


if __name__ == "__main__":
    sys.exit(main())
