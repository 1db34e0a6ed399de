"""Watches the system calls of a process with strace, and says which mails were acknowledged before they were safe."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.promises.mta import Letter

SYNCS = frozenset({"fsync", "fdatasync"})
WRITES = frozenset({"pwrite64", "write", "writev", "sendto", "sendmsg"})
RENAMES = frozenset({"rename", "renameat", "renameat2"})
_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)")
_PLACE = re.compile(r"\d+<([^>]*)>")
_RESULT = re.compile(r"\) += (-?\d+)")


def traced(path: Path) -> tuple[str, ...]:
    """The command that writes down what its child does. The child keeps the process id that its parent knows."""
    calls = ",".join(sorted(SYNCS | WRITES | RENAMES))
    return ("strace", "-D", "-f", "--seccomp-bpf", "-q", "-y", "-s", "6000", "-e", f"trace={calls}", "-o", str(path))


def failing(injection: str) -> tuple[str, ...]:
    """The command whose child's system calls fail, or kill it, as strace's `inject=` expression says."""
    names = injection.split(":")[0]
    quiet = ("strace", "-D", "-f", "--seccomp-bpf", "-qqq", "-o", "/dev/null")
    return (*quiet, "-e", f"trace={names}", "-e", f"inject={injection}")


@dataclass(slots=True)
class Call:
    """One system call; `begun` and `ended` are line numbers of the trace, so they tell what came first."""

    name: str
    begun: int
    text: str
    ended: int = 0
    result: int = -1

    @property
    def place(self) -> str:
        """The file that the first argument stands for."""
        found = _PLACE.match(self.text)
        return found[1] if found else ""

    @property
    def on_socket(self) -> bool:
        """Whether it told somebody something."""
        return self.name in WRITES and self.place.startswith("socket:")


def calls(path: Path) -> list[Call]:
    """All calls of a trace that came to an end, in the order of their beginnings."""
    found: list[Call] = []
    open_: dict[str, Call] = {}
    for number, line in enumerate(path.read_text(errors="replace").splitlines()):
        match = _LINE.match(line)
        if match is None:
            continue
        task, resumed, name, text = match.groups()
        call = open_.pop(task, None) if resumed else Call(name, number, text)
        if call is None:
            continue
        if resumed:
            call.text += text
        elif text.endswith("<unfinished ...>"):
            open_[task] = call
            continue
        result = _RESULT.search(text[-200:])
        call.ended, call.result = number, int(result[1]) if result else -1
        found.append(call)
    return sorted(found, key=lambda call: call.begun)


@dataclass(frozen=True, slots=True)
class Trace:
    """What was done to the disk and said to clients."""

    calls: tuple[Call, ...]

    def unproven(self, mails: Iterable[Letter], ids: Mapping[str, str]) -> list[str]:
        """The marks of those mails that heard 250 without a successful sync of all their bytes before it."""
        return [mail.mark for mail in mails if not self._is_proven(mail, ids[mail.mark])]

    def _is_proven(self, mail: Letter, id_: str) -> bool:
        told = next(c.begun for c in self.calls if c.on_socket and id_ in c.text)
        past = [c for c in reversed(self.calls) if c.ended < told]
        if len(mail.raw) > 65_536:
            return _piece_synced(mail, past) and _row_synced((mail.digest, id_), past)
        return _row_synced((f"{mail.mark}-begins", f"{mail.mark}-ends", mail.digest, id_), past)


def _row_synced(words: Iterable[str], past: Sequence[Call]) -> bool:
    """Each word was written to the database's log, and the log was synced after that."""
    logged = [c for c in past if c.place.endswith(".db-wal")]
    return all(any(_synced(w, logged) for w in logged if w.name in WRITES and word in w.text) for word in words)


def _piece_synced(mail: Letter, past: Sequence[Call]) -> bool:
    """The whole mail in a segment, synced; and the folder that holds the segment's name."""
    pieces = [c for c in past if c.place.endswith(".seg")]
    written = [c for c in pieces if c.name in WRITES and f"{mail.mark}-begins" in c.text and c.result == len(mail.raw)]
    return any(
        _synced(piece, pieces) and any(_is_sync(c, piece.place.rpartition("/")[0]) for c in past) for piece in written
    )


def _synced(write: Call, past: Sequence[Call]) -> bool:
    return any(_is_sync(c, write.place) and c.begun > write.ended for c in past)


def _is_sync(call: Call, place: str) -> bool:
    return call.name in SYNCS and call.place == place and call.result == 0
