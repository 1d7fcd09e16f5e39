"""What a review is started with."""

from dataclasses import dataclass
from pathlib import Path

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True)
class Options:
    """What a review is started with.

    Args:
        who: the reviewer when alone; "" with accounts.
        host: the address that is listened on.
        port: the port, 0 when it is not known (tests).
        names: names beside `host` by which browsers reach it.
        accounts: reviewers have names and passwords; without, one reviewer is alone on loopback.
        https: browsers speak https to it, so that cookies are marked Secure.
        blind: each reviewer sees own decisions only.
        pdfs: the folder that PDFs may be drawn from; None draws none.
        uploads: PDFs may be sent through the browser.
        lexicon: the file that forms learnt from the review are written to.
    """

    who: str = "reviewer"
    host: str = "127.0.0.1"
    port: int = 0
    names: tuple[str, ...] = ()
    accounts: bool = False
    https: bool = False
    blind: bool = False
    pdfs: Path | None = None
    uploads: bool = False
    lexicon: Path | None = None

    @property
    def alone(self) -> bool:
        """Whether one reviewer is alone on this machine."""
        return not self.accounts

    @property
    def loopback(self) -> bool:
        """Whether it is reached from this machine only."""
        return self.host in LOOPBACK
