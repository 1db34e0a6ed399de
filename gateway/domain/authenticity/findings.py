"""What the checks found, each with a result word of RFC 8601 and a reason code; the verdict is made of these."""

from dataclasses import dataclass

from gateway.domain.authenticity.author import Mailbox


@dataclass(frozen=True, slots=True)
class SpfFinding:
    """`domain` is the folded domain of the envelope's sender, or of HELO for the null sender."""

    result: str = "none"
    domain: str = ""
    why: str = "spf-none"


@dataclass(frozen=True, slots=True)
class DkimFinding:
    """One signature. `domain` is its folded signing domain, empty when it couldn't be read."""

    result: str
    domain: str
    selector: str
    why: str


@dataclass(frozen=True, slots=True)
class ArcFinding:
    """The chain: the signing domains of all its seals, and the From domains that a forwarder saw pass DMARC."""

    result: str = "none"
    why: str = "arc-none"
    sealers: tuple[str, ...] = ()
    vouched_for: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DmarcFinding:
    """`domain` is where the record stands (the author's when there is none); `policy` is what it asks for."""

    result: str = "none"
    policy: str = ""
    domain: str = ""
    why: str = "dmarc-none"


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything that is known about who wrote one mail. `aligned_*` name what speaks for the author's domain."""

    author: Mailbox | None
    spf: SpfFinding = SpfFinding()
    dkim: tuple[DkimFinding, ...] = ()
    arc: ArcFinding = ArcFinding()
    dmarc: DmarcFinding = DmarcFinding()
    aligned_spf: bool = False
    aligned_dkim: tuple[DkimFinding, ...] = ()
    missing: str = ""
    """Why no checks were made at all, as a reason code: `auth-off`, `results-missing`, ..."""

    @property
    def domain(self) -> str:
        """The author's domain, empty without an author."""
        return self.author.domain if self.author else ""
