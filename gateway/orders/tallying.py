"""How far an import is: counts of what became of the rows, and the first of those that failed."""

from dataclasses import dataclass, field

from gateway.orders.recording import Imported

MOST_ERRORS = 1000
"""Of the rows that failed so many are kept; all are counted."""


@dataclass
class Tally:
    """Rows by outcome, the line that the import has come to, of `total`, and the rows that failed."""

    total: int
    line: int = 0
    created: int = 0
    updated: int = 0
    failed: int = 0
    errors: list[Imported] = field(default_factory=list)

    def add(self, row: Imported) -> None:
        """Count one row."""
        self.line = max(self.line, row.line)
        setattr(self, row.outcome, getattr(self, row.outcome) + 1)
        if row.outcome == "failed" and len(self.errors) < MOST_ERRORS:
            self.errors.append(row)

    @property
    def left_out(self) -> int:
        """How many rows failed beside those that were kept."""
        return self.failed - len(self.errors)
