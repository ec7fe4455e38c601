"""A small OpenID provider on this machine: discovery, keys, consent, tokens, user information."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "place-essai"
SECRET = "un-secret-d-essai-assez-long-pour-un-hmac"


class Provider:
    """Says of ``person`` what it is told to say; ``id_token`` and ``userinfo`` overwrite claims."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.signing_key: Any = self.key
        self.algorithm = "RS256"
        self.person: dict[str, Any] = {"sub": "agent-1", "email": "agent@ville.exemple.fr"}
        self.id_token: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {}
        self.is_signed = True
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []
        self.issuer = ""

    def serve(self) -> Iterator[Provider]:
        """Answer on a port of this machine, in a thread."""
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.answer(self, {})

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                provider.answer(self, parse_qs(self.rfile.read(length).decode()))

            def log_message(self, *arguments: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def answer(self, handler: BaseHTTPRequestHandler, form: dict[str, list[str]]) -> None:
        path = urlsplit(handler.path).path
        self.asked.append(path)
        kind, body = "application/json", b""
        if path == "/.well-known/openid-configuration":
            body = json.dumps(self._description()).encode()
        elif path == "/jwks":
            body = json.dumps({"keys": [self._public_key()]}).encode()
        elif path == "/token":
            told = self._tokens({name: values[0] for name, values in form.items()})
            if told is None:
                handler.send_error(400)
                return
            body = json.dumps(told).encode()
        elif path == "/userinfo":
            claims = {"iss": self.issuer, "aud": CLIENT, **self.person, **self.userinfo}
            if self.is_signed:
                kind, body = "application/jwt", self._sign(claims).encode()
            else:
                body = json.dumps(claims).encode()
        else:
            handler.send_error(404)
            return
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def _description(self) -> dict[str, str]:
        names = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
            "jwks_uri": "jwks",
            "end_session_endpoint": "logout",
        }
        return {"issuer": self.issuer, **{name: f"{self.issuer}/{path}" for name, path in names.items()}}

    def _public_key(self) -> dict[str, Any]:
        described = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {**described, "kid": "essai", "alg": "RS256", "use": "sig"}

    def _sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.signing_key, self.algorithm, headers={"kid": "essai"})

    def consent(self, address: str) -> dict[str, str]:
        """What the person’s browser brings back, once it has been to ``address``."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def _tokens(self, form: dict[str, str]) -> dict[str, str] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or form.get("client_secret") != SECRET or challenge != asked["code_challenge"]:
            return None
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": self.person["sub"],
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 60,
            **self.id_token,
        }
        return {"access_token": "jeton", "token_type": "Bearer", "id_token": self._sign(claims)}


@contextmanager
def running() -> Iterator[Provider]:
    """A provider, for as long as the block lasts."""
    yield from Provider().serve()
