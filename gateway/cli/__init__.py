"""The `znx` command: which words there are, and how an error reaches a person. Each word is a module of its own.

A module is imported only when its word is used, so that `znx --help` and `znx parse` start at once.
"""

import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, NoReturn

import typer
from typer.models import CommandInfo

from gateway.errors import ZnxError


@dataclass(frozen=True, slots=True)
class Word:
    """One word behind `znx`; a group has words of its own behind it."""

    name: str
    module: str
    help: str
    group: bool = False


WORDS = (
    Word("serve", "serve", "Run everything in one process: SMTP, web and worker."),
    Word("smtp", "serve", "Run the SMTP and LMTP listeners."),
    Word("web", "serve", "Run the web view and the API."),
    Word("worker", "serve", "Process accepted mail and send what is queued."),
    Word("db", "db", "Bring the database's schema up to date.", group=True),
    Word("shop", "shop", "Set up shops.", group=True),
    Word("user", "user", "Set up the people who sign in.", group=True),
    Word("token", "token", "Make tokens for the API.", group=True),
    Word("audit", "audit", "Check the log of privileged acts.", group=True),
    Word("order", "order", "Import orders.", group=True),
    Word("ingest", "ingest", "Accept one mail from a pipe, as an MTA calls it."),
    Word("parse", "parse", "Print what znx reads in mails, one JSON object a line."),
    Word("authenticate", "authenticate", "Tell why a mail is trusted or not."),
    Word("reprocess", "reprocess", "Process a mail of the ledger again."),
    Word("reindex", "reindex", "Make the search index anew."),
    Word("preview", "preview", "Show a mail template on its sample data."),
    Word("doctor", "doctor", "Check settings, database, relay, disk and queues."),
    Word("settings", "settings_", "Show every setting and its value."),
)


def build(argument: str | None) -> typer.Typer:
    """The command with the word `argument` loaded and all others known by name and help only."""
    app = typer.Typer(
        name="znx",
        help="The gateway between mail and 站内信.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    for word in WORDS:
        if word.name == argument:
            _load(app, word)
        else:
            app.command(word.name, help=word.help)(_not_loaded)
    app.callback()(_options)
    return app


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"znx {version('znx')}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """The gateway between mail and 站内信."""


def _not_loaded() -> None:
    raise typer.Exit(2)


def _load(app: typer.Typer, word: Word) -> None:
    module = import_module(f"gateway.cli.{word.module}")
    if word.group:
        app.add_typer(module.app, name=word.name, help=word.help, no_args_is_help=True)
        return
    commands: list[CommandInfo] = module.app.registered_commands
    chosen = commands[0] if len(commands) == 1 else next(c for c in commands if c.name == word.name)
    chosen.name, chosen.help = word.name, chosen.help or word.help
    app.registered_commands.append(chosen)


def main() -> None:
    """Run the command line. An error of ours is one line on stderr and exit status 1, a wrong command line's is 2."""
    argument = next((a for a in sys.argv[1:] if not a.startswith("-")), None)
    try:
        status = build(argument)(standalone_mode=False)
    except ZnxError as error:
        _end(str(error), 1)
    except typer.TyperException as error:
        _end(error.format_message().removesuffix("\n"), error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    sys.exit(status if isinstance(status, int) else 0)


def _end(said: str, status: int) -> NoReturn:
    """A command line without its word gets the help, which has lines of its own; all else is one line."""
    typer.echo(said if said.startswith("Usage:") else f"znx: {' '.join(said.split())}", err=True)
    sys.exit(status)
