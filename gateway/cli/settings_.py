"""`znx settings`: every setting, its value as it works, and where it comes from; secrets are not shown."""

import json
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from gateway.settings import Settings

app = typer.Typer()
HIDDEN = "••••"


@app.command()
def settings(as_json: Annotated[bool, typer.Option("--json", help="Print an object by name")] = False) -> None:
    """Show every setting and its value."""
    from gateway.settings import load_settings

    rows = shown(load_settings())
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    width = max(map(len, rows))
    for name, row in rows.items():
        value = json.dumps(row["value"]) if isinstance(row["value"], bool) else row["value"]
        typer.echo(f"{name:{width}}  {'-' if value in (None, '') else value}  ({row['source']})")
        typer.echo(f"{'':{width}}    {row['description']}")
    for name in unknown(os.environ):
        typer.echo(f"{name} is set, but there is no such setting", err=True)


def shown(current: "Settings") -> dict[str, dict[str, Any]]:
    """Value, source and description of each setting, by the name of its variable."""
    effective = {"database_url": current.database, "blob_url": current.blobs, "relay_url": current.relay}
    rows = {}
    for name, field in type(current).model_fields.items():
        value = effective.get(name, getattr(current, name))
        rows[f"ZNX_{name.upper()}"] = {
            "value": _public(name, value),
            "source": "environment" if name in current.model_fields_set else "default",
            "description": field.description,
        }
    return rows


def _public(name: str, value: Any) -> Any:
    if name == "secret_key":
        return HIDDEN
    if isinstance(value, bool | int | None):
        return value
    return ",".join(_without_password(url) for url in str(value).split(",")) if name.endswith("_url") else str(value)


def _without_password(url: str) -> str:
    """`smtp://user:pass@host` and `s3://key:secret@bucket` with the password hidden."""
    scheme, found, rest = url.partition("://")
    credentials, at, host = rest.rpartition("@")
    user, colon, _ = credentials.partition(":")
    return f"{scheme}://{user}:{HIDDEN}@{host}" if found and at and colon else url


def unknown(environment: "os._Environ[str] | dict[str, str]") -> list[str]:
    """Variables that look like settings and are none: mostly slips of the pen."""
    from gateway.settings import Settings

    known = {f"ZNX_{name.upper()}" for name in Settings.model_fields}
    strays = {name for name in environment if name.startswith("ZNX_") and not name.startswith("ZNX_TEST_")}
    return sorted(strays - known)
