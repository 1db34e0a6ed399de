"""What waiting costs in memory: idle SMTP connections of `znx smtp`, and of a whole gateway with open streams, too.

`python -m benchmarks.memory [CONNECTIONS [STREAMS]]`. Memory is RssAnon, of all processes together.
"""

import resource
import socket
import sys
import time

from benchmarks.measuring import Row, descendants, machine, remember, resident_kib
from benchmarks.running import znx

IDLE_KIB = 10.0
ALL_MIB = 250.0
KIB = 1024


def measure(connections: int) -> float:
    """KiB a connection that has said EHLO and waits."""
    with znx("smtp", ZNX_CONNECTIONS="0") as running:
        pid = running.processes[0].pid
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (connections + 512, connections + 512))
        _open(running.port("smtp"), connections // 10)  # what is made once is there before it is weighed
        before = resident_kib(pid)
        held = _open(running.port("smtp"), connections)
        time.sleep(1)
        after = resident_kib(pid)
        for wire in held:
            wire.close()
    return (after - before) / connections


def measure_all(connections: int, streams: int) -> float:
    """MiB of a whole gateway, its reading children included, to which so many are connected and hear nothing."""
    with znx("serve", ZNX_CONNECTIONS="0") as running:
        pid = running.processes[0].pid
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (connections + streams + 512,) * 2)
        token = running.run("token", "add", "--role", "admin").stdout.decode().strip()
        held = _open(running.port("smtp"), connections) + _listen(running.port("web"), streams, token)
        time.sleep(2)
        everything = sum(map(resident_kib, [pid, *descendants(pid)]))
        for wire in held:
            wire.close()
    return everything / KIB


def _listen(port: int, count: int, token: str) -> list[socket.socket]:
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    for wire in held:
        wire.sendall(
            f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
        )
        _hear(wire, b"200 OK")
    return held


def _open(port: int, count: int) -> list[socket.socket]:
    held = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    for wire in held:  # who speaks before the greeting is turned away
        _hear(wire, b"220 ")
        wire.sendall(b"EHLO idle.example\r\n")
        _hear(wire, b"250 ")
    return held


def _hear(wire: socket.socket, end: bytes) -> None:
    heard = b""
    while end not in heard:
        if not (more := wire.recv(4096)):
            raise ConnectionError(heard)
        heard += more


def run(connections: int = 5000, streams: int = 1000) -> list[Row]:
    """Measure, print, remember; the rows of the common table."""
    files = (connections + streams) * 2 + 512
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, max(files, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    each, whole = measure(connections), measure_all(connections, streams)
    print(f"{machine()}; {connections} idle connections: {each:.1f} KiB each", flush=True)
    print(f"a whole gateway with them and {streams} streams: {whole:.0f} MiB", flush=True)
    remember("memory", [{"connections": connections, "kib": each, "streams": streams, "whole_mib": whole}])
    return [
        Row(f"memory: an idle connection of {connections}", each, IDLE_KIB, 1.0, "KiB", "the limit"),
        Row(f"memory: {connections} connections, {streams} streams", whole, ALL_MIB, 1.0, "MiB", "the limit"),
    ]


if __name__ == "__main__":
    for row in run(*map(int, sys.argv[1:])):
        print(row)
