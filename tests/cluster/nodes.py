"""Two nodes of each role, as processes with homes and addresses of their own, behind one HAProxy."""

import contextlib
import socket
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.cluster import services
from tests.cluster.pair import Pair, running
from tests.e2e.serving import Znx

ROLES = ("smtp", "web", "worker")
MACHINES = {"one": "127.0.0.11", "two": "127.0.0.12"}
SHIPPED = {"one": "10.0.0.11", "two": "10.0.0.12"}
PORTS = {"smtp": 2525, "web": 8080}


@dataclass
class Node:
    """One role on one machine."""

    role: str
    znx: Znx
    listens: tuple[str, ...]

    def start(self) -> None:
        """Until it is ready; a worker says nothing."""
        self.znx.start(self.role, roles=self.listens)

    def kill(self) -> None:
        """Without a word."""
        (process,) = self.znx.processes
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()
        self.znx.processes.clear()


@dataclass
class Cluster:
    """Everything; `znx` is what a person outside sees: the balancer's ports."""

    pair: Pair
    folder: Path
    znx: Znx
    nodes: list[Node] = field(default_factory=list)

    def add(self, role: str, machine: str) -> str:
        """A node that does not run yet; the address that it will listen on."""
        host = MACHINES[machine]
        address = f"{host}:{_free_port(host)}" if role in PORTS else ""
        own = {f"ZNX_{role.upper()}_LISTEN": address} if address else {}
        home = self.folder / f"{role}-{machine}" / "home"
        home.parent.mkdir()
        self.nodes.append(Node(role, Znx(home, {**self.znx.env, **own}), (role,) if address else ()))
        return address


def _free_port(host: str) -> int:
    """Nobody else looks for ports at these addresses."""
    with socket.socket() as wire:
        wire.bind((host, 0))
        port: int = wire.getsockname()[1]
        return port


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Two of each role, ready, with nothing in common but the database and the bucket."""
    with (
        running() as pair,
        services.bucket(folder) as bucket,
        services.listening() as smtp,
        services.listening() as web,
    ):
        ports = {"smtp": smtp.getsockname()[1], "web": web.getsockname()[1]}
        outside = Znx(folder / "outside" / "home", _settings(pair, bucket, folder, ports["web"]))
        outside.ports = {name: f"{services.HERE}:{port}" for name, port in ports.items()}
        outside.run("db", "upgrade")
        built = Cluster(pair, folder, outside)
        addresses = {
            f"{SHIPPED[machine]}:{PORTS[role]}": built.add(role, machine) for role in PORTS for machine in MACHINES
        }
        for machine in MACHINES:
            built.add("worker", machine)
        try:
            with ThreadPoolExecutor() as pool:
                list(pool.map(Node.start, built.nodes))
            with services.haproxy(folder, smtp, web, addresses):
                yield built
                for node in built.nodes:
                    node.znx.stop()
        finally:
            for node in built.nodes:
                for process in node.znx.processes:
                    process.kill()
                    process.wait()
                    assert process.stdout is not None
                    process.stdout.close()


def _settings(pair: Pair, bucket: Mapping[str, str], folder: Path, web: int) -> dict[str, str]:
    """What all nodes share, as one env file for all machines would say it."""
    return {
        **bucket,
        "ZNX_DATABASE_URL": pair.url,
        "ZNX_SECRET_KEY": "one key for all of them",
        "ZNX_PUBLIC_URL": f"http://{services.HERE}:{web}",
        "ZNX_RELAY_URL": f"maildir://{folder / 'outgoing'}",
        "ZNX_PROXY_PROTOCOL": "true",
        "ZNX_UPSTREAMS": f"{services.HERE}/32",
        "ZNX_TRUSTED_PROXIES": f"{services.HERE}/32",
        "ZNX_CONNECTIONS_PER_IP": "0",
    }
