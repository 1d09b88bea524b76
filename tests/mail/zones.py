"""A real DNS server on a loopback port, over UDP and TCP, that answers from records in the form of a zone file."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

LARGEST_DATAGRAM = 512  # RFC 1035, 4.2.1: longer answers are cut, and asked for again by TCP


@dataclass
class Zone:
    """The records there are; names in `broken` are answered by SERVFAIL, as where a domain's servers are down."""

    records: list[tuple[str, str, str]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    @property
    def server(self) -> str:
        return f"127.0.0.1:{self.port}"

    def add(self, name: str, kind: str, *values: str) -> None:
        self.records += [
            (name, kind, f'"{value}"' if kind == "TXT" and '"' not in value else value) for value in values
        ]

    def remove(self, name: str, kind: str) -> None:
        self.records = [record for record in self.records if record[:2] != (name, kind)]

    def publish(self, line: str) -> None:
        """Add a record as a line of a zone file tells it."""
        name, rest = line.split(". IN ", 1)
        kind, value = rest.split(" ", 1)
        self.add(name, kind, value.removeprefix("( ").removesuffix(" )"))

    def answer(self, asked: bytes) -> dns.message.Message:
        question = dns.message.from_wire(asked)
        response = dns.message.make_response(question)
        name, kind = question.question[0].name, question.question[0].rdtype
        plain = name.to_text(omit_final_dot=True).lower()
        self.asked.append((plain, dns.rdatatype.to_text(kind)))
        values = [v for n, k, v in self.records if (n, k) == (plain, dns.rdatatype.to_text(kind))]
        if plain in self.broken:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif values:
            response.answer.append(dns.rrset.from_text(name, 60, dns.rdataclass.IN, kind, *values))
        elif not any(n == plain for n, _, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response


@contextmanager
def dns_server() -> Iterator[Zone]:
    """Serve a zone for the block."""
    zone = Zone()

    class Udp(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked, sock = self.request
            answer = zone.answer(asked)
            wire = answer.to_wire()
            if len(wire) > LARGEST_DATAGRAM:
                answer.answer.clear()
                answer.flags |= dns.flags.TC
                wire = answer.to_wire()
            sock.sendto(wire, self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            length = int.from_bytes(self.rfile.read(2), "big")
            wire = zone.answer(self.rfile.read(length)).to_wire()
            self.wfile.write(len(wire).to_bytes(2, "big") + wire)

    servers = _bound(Udp, Tcp)
    zone.port = servers[0].server_address[1]
    threads = [Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield zone
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def _bound(udp: type[socketserver.BaseRequestHandler], tcp: type[socketserver.BaseRequestHandler]) -> list[Any]:
    """Return a server for each protocol, both at one port: where another program has it for TCP, at the next."""
    for _ in range(50):
        datagrams = socketserver.UDPServer(("127.0.0.1", 0), udp)
        try:
            return [datagrams, _Streams(datagrams.server_address, tcp)]
        except OSError:
            datagrams.server_close()
    raise AssertionError("no port is free for both protocols")


class _Streams(socketserver.TCPServer):
    allow_reuse_address = True  # a port that an earlier test just left
