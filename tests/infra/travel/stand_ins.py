"""Routing services over real HTTP that answer as OSRM, Valhalla and Google do, and as badly as those can."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

from domain.geography import points_apart_m

Place = tuple[float, float]
MPS = 8.0
"""How fast the stand-ins say that is driven, as the crow flies."""


@dataclass
class Manners:
    """What a stand-in does to those who ask."""

    status: int = 200
    waits_s: float = 0.0
    drips: bool = False
    says: bytes | None = None
    no_way: Callable[[int, int], bool] = lambda _one, _other: False
    sizes: list[tuple[int, int]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


def table_of(origins: list[Place], destinations: list[Place], manners: Manners) -> list[list[float | None]]:
    manners.sizes.append((len(origins), len(destinations)))
    return [
        [
            None if manners.no_way(row, column) else round(points_apart_m(one, other) / MPS, 1)
            for column, other in enumerate(destinations)
        ]
        for row, one in enumerate(origins)
    ]


def osrm(path: str, _body: bytes, manners: Manners) -> tuple[int, object]:
    """``/table/v1/driving/lng,lat;...?sources=0;1&destinations=2&annotations=duration``; 100 places at most."""
    address = urlsplit(path)
    found = re.fullmatch(r"/table/v1/driving/([-0-9.,;]+)", unquote(address.path))
    query = parse_qs(address.query)
    if found is None or query["annotations"] != ["duration"]:
        return 400, {"code": "InvalidUrl", "message": "URL string malformed"}
    places = [(float(lat), float(lng)) for lng, lat in (each.split(",") for each in found[1].split(";"))]
    if len(places) > 100:
        return 400, {"code": "TooBig", "message": "Too many table coordinates"}
    sources, ends = (
        [places[int(number)] for number in query[name][0].split(";")] for name in ("sources", "destinations")
    )
    return 200, {"code": "Ok", "durations": table_of(sources, ends, manners), "sources": [], "destinations": []}


def valhalla(path: str, body: bytes, manners: Manners) -> tuple[int, object]:
    """``POST /sources_to_targets``; 50 on a side, 2,500 pairs."""
    if path != "/sources_to_targets":
        return 404, {"error_code": 106, "error": "Try any of: ..."}
    asked = json.loads(body)
    sources, targets = ([(each["lat"], each["lon"]) for each in asked[name]] for name in ("sources", "targets"))
    if max(len(sources), len(targets)) > 50 or asked["costing"] != "auto":
        return 400, {"error_code": 150, "error": "Exceeded max locations"}
    table = table_of(sources, targets, manners)
    rows = [
        [{"distance": 1.0, "time": seconds, "to_index": to, "from_index": one} for to, seconds in enumerate(row)]
        for one, row in enumerate(table)
    ]
    return 200, {"sources_to_targets": rows, "units": "kilometers"}


def google(path: str, _body: bytes, manners: Manners) -> tuple[int, object]:
    """``/maps/api/distancematrix/json``; 25 on a side, 100 pairs; refusals come with 200 and a status."""
    address = urlsplit(path)
    query = parse_qs(address.query)
    if address.path != "/maps/api/distancematrix/json" or query.get("key") != [KEY]:
        return 200, {"status": "REQUEST_DENIED", "rows": [], "error_message": "The provided API key is invalid."}
    origins, destinations = (
        [(float(lat), float(lng)) for lat, lng in (each.split(",") for each in query[name][0].split("|"))]
        for name in ("origins", "destinations")
    )
    if max(len(origins), len(destinations)) > 25 or len(origins) * len(destinations) > 100:
        return 200, {"status": "MAX_ELEMENTS_EXCEEDED", "rows": []}
    rows = [
        {
            "elements": [
                {"status": "ZERO_RESULTS"}
                if seconds is None
                else {
                    "status": "OK",
                    "distance": {"text": "1 km", "value": 1000},
                    "duration": {"text": "1 min", "value": 1},
                    "duration_in_traffic": {"text": "?", "value": seconds},
                }
                for seconds in row
            ]
        }
        for row in table_of(origins, destinations, manners)
    ]
    return 200, {"status": "OK", "rows": rows, "origin_addresses": [], "destination_addresses": []}


KEY = "AIza-nobody-may-read-this"
VENDORS = {"osrm": osrm, "valhalla": valhalla, "google": google}


def handler_of(vendor: str, manners: Manners) -> type[BaseHTTPRequestHandler]:
    """Whoever answers one question."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            manners.paths.append(self.path)
            time.sleep(manners.waits_s)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = VENDORS[vendor](self.path, body, manners)
            text = json.dumps(told).encode() if manners.says is None else manners.says
            self.send_response(status if manners.status == 200 else manners.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            for at in range(0, len(text), 1 if manners.drips else len(text) or 1):
                self.wfile.write(text[at : at + 1] if manners.drips else text)
                self.wfile.flush()
                time.sleep(0.02 if manners.drips else 0)

        do_POST = do_GET  # noqa: N815  the name that the library calls

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:
                self.close_connection = True  # whoever asked has hung up

        def log_message(self, *_: object) -> None:
            """Nothing."""

    return Answers


@contextmanager
def listening(vendor: str, manners: Manners) -> Iterator[str]:
    """The address of a stand-in that answers as that vendor, on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(vendor, manners))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
