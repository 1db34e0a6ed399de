"""The list of what had to be mended while reading a mail, kept short however broken the mail is."""


class Repairs:
    """Collects sentences for `Email.defects`: each once, at most `LIMIT`; remembers whether a charset was a guess."""

    LIMIT = 60

    def __init__(self) -> None:
        self._seen: dict[str, None] = {}
        self.left_out: dict[str, None] = {}
        self.charset_uncertain = False

    def note(self, sentence: str) -> None:
        """Keep a repair; the empty sentence says that there was none."""
        if sentence and len(self._seen) < self.LIMIT:
            self._seen[sentence[:200]] = None

    def leave_out(self, sentence: str) -> None:
        """Keep what was left out because of a limit; the reader of the text is told too."""
        self.note(sentence)
        self.left_out[sentence[:200]] = None

    def doubt(self, sentence: str) -> None:
        """Keep a repair after which some characters may be wrong."""
        self.charset_uncertain = True
        self.note(sentence)

    def sentences(self) -> tuple[str, ...]:
        """All repairs, in the order in which they were made."""
        return tuple(self._seen)
