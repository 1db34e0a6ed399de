"""`znx serve`, `smtp`, `web`, `worker`: run one role or all of them until a signal says stop."""

from typing import Annotated

import typer

app = typer.Typer()


@app.command("serve")
def serve(
    demo: Annotated[bool, typer.Option("--demo", help="Load a demo shop, its orders and mails")] = False,
) -> None:
    """Run everything in one process: SMTP, web and worker."""
    _run(frozenset({"smtp", "web", "worker"}), demo)


@app.command("smtp")
def smtp(member: Annotated[bool, typer.Option("--member", hidden=True)] = False) -> None:
    """Run the SMTP and LMTP listeners."""
    _run(frozenset({"smtp"}), member=member)


@app.command("web")
def web() -> None:
    """Run the web view and the API."""
    _run(frozenset({"web"}))


@app.command("worker")
def worker() -> None:
    """Process accepted mail and send what is queued."""
    _run(frozenset({"worker"}))


def _run(roles: frozenset[str], demo: bool = False, member: bool = False) -> None:
    from gateway.cli.roles import run_roles
    from gateway.cli.wiring import run

    run(run_roles(roles, demo, member))
