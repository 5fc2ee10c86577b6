"""A small S3 server that misbehaves on demand: what real servers, proxies and networks do now and then.

It checks no signatures; it speaks just what the store asks of it.
"""

import hashlib
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import IPv4Address
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Odd(ThreadingHTTPServer):
    """Objects in memory; `faults` are names that the handler looks for, each used up where it has a count."""

    daemon_threads = True
    scheme = "http"

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.objects: dict[str, bytes] = {}
        self.faults: dict[str, int] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.writing = threading.Lock()
        self.seen: list[tuple[str, str, dict[str, str]]] = []

    def has(self, fault: str) -> bool:
        """Tell whether a fault is on, and use up one of its times."""
        left = self.faults.get(fault, 0)
        self.faults[fault] = left - 1
        return left > 0

    @property
    def endpoint(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Odd
    protocol_version = "HTTP/1.1"
    # Header and body are two writes; the second must not wait for a delayed acknowledgement.
    disable_nagle_algorithm = True

    def do_PUT(self) -> None:
        body = self._arrived()
        if self._failing():
            return
        if self.server.has("stores other bytes"):
            body = body[:-1] + b"!"
        if self.headers.get("If-None-Match") and self.server.faults.get("knows no creation"):
            self._error(501, "NotImplemented")
            return
        part = parse_qs(urlsplit(self.path).query)
        if "uploadId" in part:
            self.server.uploads[part["uploadId"][0]][int(part["partNumber"][0])] = body
            self._answer(
                200, b"", {"ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'}
            )
            return
        with self.server.writing:
            guarded = self.headers.get("If-None-Match") == "*"
            if guarded and self._key() in self.server.objects and not self._overwrites():
                self._error(412, "PreconditionFailed")
                return
            self.server.objects[self._key()] = body
        if self.server.has("loses the answer"):
            self.close_connection = True
            self.connection.close()
            return
        etag = (
            "not-an-md5"
            if self.server.has("encrypts")
            else hashlib.md5(body, usedforsecurity=False).hexdigest()
        )
        told = {"ETag": f'"{etag}"'}
        if self.server.faults.get("tells sums"):
            told["x-amz-checksum-sha256"] = b64encode(hashlib.sha256(body).digest()).decode()
        self._answer(200, b"", told)

    def do_GET(self) -> None:
        self._arrived()
        if self._failing():
            return
        query = parse_qs(urlsplit(self.path).query)
        if self._key() == "":
            self._list(query)
            return
        body = self.server.objects.get(self._key())
        if body is None:
            self._error(404, "NoSuchKey")
        elif self.server.has("sends another range"):
            told = {"Content-Range": f"bytes 0-4/{len(body)}"}
            self._answer(206, body[:5], told)
        elif self.server.has("breaks off"):
            self._answer(200, body[: len(body) // 2], {"Content-Length": str(len(body))})
            self.close_connection = True
        else:
            self._answer(
                200, body, {"ETag": f'"{hashlib.md5(body, usedforsecurity=False).hexdigest()}"'}
            )

    def _overwrites(self) -> bool:
        return bool(self.server.faults.get("ignores preconditions"))

    def do_HEAD(self) -> None:
        self._arrived()
        found = self._key() in self.server.objects
        self._answer(200 if found else 404, b"", {})

    def do_POST(self) -> None:
        body = self._arrived()
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        if "uploads" in query or "uploadId" in query:
            self._parts(query)
            return
        if self.server.has("knows no multi-delete"):
            self._error(501, "NotImplemented")
            return
        if "Content-MD5" not in self.headers:
            self._error(400, "MissingContentMD5")
            return
        left = ""
        for key in [part.split(b"</Key>")[0].decode() for part in body.split(b"<Key>")[1:]]:
            if self.server.has("leaves a key"):
                left += f"<Error><Key>{key}</Key><Code>InternalError</Code></Error>"
            else:
                self.server.objects.pop(key, None)
        self._answer(200, f"<DeleteResult>{left}</DeleteResult>".encode(), {})

    def _parts(self, query: dict[str, list[str]]) -> None:
        """Begin an upload in parts, or put its parts together."""
        if "uploads" in query:
            name = f"upload-{len(self.server.uploads)}"
            self.server.uploads[name] = {}
            told = f"<R><UploadId>{name}</UploadId></R>"
        else:
            parts = [
                body for _, body in sorted(self.server.uploads.pop(query["uploadId"][0]).items())
            ]
            self.server.objects[self._key()] = b"".join(parts)
            digests = b"".join(hashlib.md5(one, usedforsecurity=False).digest() for one in parts)
            tag = hashlib.md5(digests, usedforsecurity=False).hexdigest()
            told = f"<R><ETag>&quot;{tag}-{len(parts)}&quot;</ETag></R>"
        self._answer(200, told.encode(), {"Content-Type": "application/xml"})

    def do_DELETE(self) -> None:
        self._arrived()
        upload = parse_qs(urlsplit(self.path).query).get("uploadId")
        if upload:
            self.server.uploads.pop(upload[0], None)
            self._answer(204, b"", {})
            return
        self.server.objects.pop(self._key(), None)
        self._answer(204, b"", {})

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _arrived(self) -> bytes:
        self.server.seen.append((self.command, self.path, dict(self.headers)))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).lstrip("/").partition("/")[2]

    def _failing(self) -> bool:
        for fault, (status, code) in {
            "slow down": (503, "SlowDown"),
            "internal": (500, "InternalError"),
            "full": (507, "InsufficientStorage"),
            "clock": (403, "RequestTimeTooSkewed"),
            "region": (400, "AuthorizationHeaderMalformed"),
            "expired": (403, "ExpiredToken"),
        }.items():
            if self.server.has(fault):
                self._error(status, code)
                return True
        return False

    def _list(self, query: dict[str, list[str]]) -> None:
        """Answer a listing, two keys a page; version 1 has no KeyCount and goes on from a marker."""
        second = query.get("list-type") == ["2"]
        if second and self.server.faults.get("refuses version 2"):
            self._error(501, "NotImplemented")
            return
        second = second and not self.server.faults.get("ignores version 2")
        after = (query.get("continuation-token") if second else query.get("marker")) or [""]
        keys = sorted(
            key
            for key in self.server.objects
            if key > after[0] and key.startswith(query["prefix"][0])
        )
        rows = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.server.objects[key])}</Size>"
            "<LastModified>2026-11-20T03:00:00.000Z</LastModified></Contents>"
            for key in keys[:2]
        )
        more = len(keys) > 2
        extra = f"<KeyCount>{len(keys[:2])}</KeyCount>" if second else ""
        if more and not self.server.faults.get("cuts lists"):
            name = "NextContinuationToken" if second else "NextMarker"
            extra += f"<{name}>{escape(keys[1])}</{name}>"
        told = f"<ListBucketResult><IsTruncated>{str(more).lower()}</IsTruncated>{extra}{rows}</ListBucketResult>"
        self._answer(200, told.encode(), {"Content-Type": "application/xml"})

    def _error(self, status: int, code: str) -> None:
        self._answer(
            status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode(), {}
        )

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        if self.server.faults.get("tells no etag"):
            headers = {name: value for name, value in headers.items() if name != "ETag"}
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


@contextmanager
def odd_server(tls: Path | None = None) -> Iterator[Odd]:
    """Serve until the end of the block; over TLS with the certificate and key that `tls` holds."""
    server = Odd()
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        server.scheme = "https"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def certificate(path: Path) -> Path:
    """Write a certificate for 127.0.0.1, signed by itself, and its key; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(IPv4Address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, *plain))
    return path
