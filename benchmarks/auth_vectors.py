"""Runs published vectors of SPF, ARC, DKIM and DMARC: `python -m benchmarks.auth_vectors CASES`.

CASES is a file with one JSON object a line (`kind` spf, arc or auth); the mails and DNS records that the last name
stand in the folder `mail` beside it. Prints one line a kind, and with `--show` every case that falls short.
"""

import argparse
import asyncio
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from gateway.authentication import Authenticator, Resolver
from gateway.authentication.spf import Client, check_spf
from gateway.domain.values import Peer
from gateway.settings import Settings
from tests.nameserver import name_server

Case = dict[str, Any]
Zone = dict[str, list[tuple[str, str]]]


async def spf(case: Case, folder: Path) -> tuple[object, object]:
    """What the case accepts and what came out."""
    wanted = case["expect"]["result"]
    async with name_server(_openspf_zone(case["zone"])) as server:
        resolver = Resolver([server.address], timeout=0.3, lifetime=0.5)
        client = Client(case["ip"], case["helo"], case["mailfrom"])
        with ThreadPoolExecutor(1) as threads:
            finding = await check_spf(resolver, threads, client)
    return (wanted if isinstance(wanted, list) else [wanted]), finding.result


async def arc(case: Case, folder: Path) -> tuple[object, object]:
    """What the case accepts and what came out."""
    zone = {name.lower(): [("TXT", text)] for name, text in case["txt"].items()}
    async with name_server(zone) as server:
        authenticator = Authenticator(_settings(), resolver=Resolver([server.address], timeout=0.3, lifetime=0.5))
        evidence = await authenticator.authenticate(_crlf(case["message"].encode()), "", Peer())
        await authenticator.close()
    return [case["expect"]["cv"] or "none"], evidence.findings.arc.result


async def auth(case: Case, folder: Path) -> tuple[object, object]:
    """What the case wants for each check and what came out."""
    zone = _rspamd_zone(json.loads((folder / "mail" / case["dns_records"]).read_text()))
    raw = _crlf((folder / "mail" / case["file"]).read_bytes())
    envelope = case["envelope"]
    async with name_server(zone) as server:
        authenticator = Authenticator(_settings(), resolver=Resolver([server.address], timeout=0.3, lifetime=0.5))
        peer = Peer(ip=envelope.get("ip", ""), helo=envelope.get("helo", ""))
        found = (await authenticator.authenticate(raw, envelope.get("from", "").strip("<>"), peer)).findings
        await authenticator.close()
    fails = found.dmarc.result == "fail"
    got = {
        "spf": found.spf.result,
        "dkim": _best([one.result for one in found.dkim]),
        "arc": found.arc.result,
        "dmarc": f"fail/{found.dmarc.policy}" if fails else found.dmarc.result,
    }
    return [case["expect"]], {name: got[name] for name in case["expect"]}


def _best(results: list[str]) -> str:
    return next((one for one in ("pass", "fail", "temperror", "permerror", "policy") if one in results), "none")


def _settings() -> Settings:
    return Settings(sender_auth="dns", mail_domain="inbox.invalid")


def _crlf(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _openspf_zone(zone: dict[str, list[Any]]) -> Zone:
    """The suite's records: type SPF stands for TXT where a name has no TXT of its own."""
    built: Zone = {}
    for name, records in zone.items():
        known = [record for record in records if isinstance(record, dict)]
        has_txt = any("TXT" in record for record in known)
        kept = built.setdefault(name.lower(), [])
        for kind, value in (pair for record in known for pair in record.items()):
            if kind == "SPF" and has_txt:
                continue
            if value != "NONE":
                kept.append(("TXT" if kind == "SPF" else kind, _value(value)))
        if "TIMEOUT" in records:
            kept.append(("ANY", "SILENT"))
    return built


def _value(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(map(str, value)) if value and isinstance(value[0], int) else "".join(value)
    return str(value)


def _rspamd_zone(records: list[dict[str, Any]]) -> Zone:
    zone: Zone = {}
    for record in records:
        kept = zone.setdefault(record["name"].lower(), [])
        if record["rcode"] == "timeout":
            kept.append(("ANY", "SILENT"))
        kept += [(record["type"], value) for value in record["replies"]]
    return {name: kept for name, kept in zone.items() if kept or not _is_absent(name, records)}


def _is_absent(name: str, records: list[dict[str, Any]]) -> bool:
    return all(record["rcode"] == "nxdomain" for record in records if record["name"].lower() == name)


RUNNERS = {"spf": spf, "arc": arc, "auth": auth}


def _cases(path: Path) -> Iterator[Case]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            case = json.loads(line)
            if case["kind"] in RUNNERS:
                yield case


async def run(path: Path, show: bool) -> None:
    """Run every case of the file and print the figures."""
    passed, total = Counter[str](), Counter[str]()
    for case in _cases(path):
        wanted, got = await RUNNERS[case["kind"]](case, path.parent)
        total[case["kind"]] += 1
        passed[case["kind"]] += got in wanted  # type: ignore[operator]
        if show and got not in wanted:  # type: ignore[operator]
            print(f"{case['id']}: wanted {wanted}, got {got}")
    for kind, count in total.items():
        print(f"{kind}: {passed[kind]} of {count}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    asyncio.run(run(arguments.cases, arguments.show))
