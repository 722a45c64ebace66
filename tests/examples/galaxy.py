# SPDX-FileCopyrightText: 2026 The redis_enterprise.certificates contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for Galaxy, which has the collections that were built from here: as much as `ansible-galaxy` asks for."""

from __future__ import annotations

import hashlib
import json
import tarfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml


@contextmanager
def galaxy(tarballs: Iterable[Path]) -> Iterator[str]:
    """Yield the URL of the API of a server that has these collections."""
    files: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path.partition("?")[0])
            self.send_response(404 if body is None else 200)
            self.end_headers()
            self.wfile.write(body or b"{}")

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    files["/api/"] = _json({"available_versions": {"v3": "v3/"}})
    for tarball in tarballs:
        files |= _files(tarball, url)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"{url}/api/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _json(content: Any) -> bytes:
    return json.dumps(content).encode()


def _files(tarball: Path, url: str) -> dict[str, bytes]:
    """Return what the server answers for one collection, by path."""
    with tarfile.open(tarball) as archive:
        manifest, runtime = (archive.extractfile(name) for name in ("MANIFEST.json", "meta/runtime.yml"))
        assert manifest
        assert runtime
        about = json.loads(manifest.read())["collection_info"]
        requires = yaml.safe_load(runtime.read())["requires_ansible"]
    namespace, name, version = about["namespace"], about["name"], about["version"]
    collection = f"/api/v3/collections/{namespace}/{name}/"
    content = tarball.read_bytes()
    detail = {
        "namespace": {"name": namespace},
        "collection": {"name": name},
        "version": version,
        "href": f"{collection}versions/{version}/",
        "artifact": {"filename": tarball.name, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)},
        "download_url": f"{url}/download/{tarball.name}",
        "requires_ansible": requires,
        "metadata": {"dependencies": about["dependencies"]},
        "signatures": [],
    }
    return {
        collection: _json({"created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z"}),
        f"{collection}versions/": _json(
            {"meta": {"count": 1}, "links": {"next": None}, "data": [{"version": version, "href": detail["href"]}]}
        ),
        f"{collection}versions/{version}/": _json(detail),
        f"/download/{tarball.name}": content,
    }
