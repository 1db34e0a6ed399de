"""What an idle SMTP connection costs in memory: RssAnon of `znx smtp` with and without many of them.

`python -m benchmarks.memory [CONNECTIONS]`.
"""

import resource
import socket
import sys
import time

from benchmarks.measuring import Row, machine, remember, resident_kib
from benchmarks.running import znx

IDLE_KIB = 10.0


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


def run(connections: int = 5000) -> list[Row]:
    """Measure, print, remember; the row of the common table."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (connections * 2 + 512, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    each = measure(connections)
    print(f"{machine()}; {connections} idle connections: {each:.1f} KiB each", flush=True)
    remember("memory", [{"connections": connections, "kib": each}])
    return [Row(f"memory: an idle connection of {connections}", each, IDLE_KIB, 1.0, "KiB", "the limit")]


if __name__ == "__main__":
    for row in run(*map(int, sys.argv[1:])):
        print(row)
