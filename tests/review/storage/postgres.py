"""A PostgreSQL server of the tests' own: Debian's binaries, a temporary data directory, a socket and no port."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import create_engine, text

DEBIAN = Path("/usr/lib/postgresql")
USER = "postgres"


def binaries() -> Path:
    """Return the folder of initdb and pg_ctl."""
    found = [path.parent for path in sorted(DEBIAN.glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))]
    if on_path := shutil.which("initdb"):
        found.append(Path(on_path).resolve().parent)
    assert found, "PostgreSQL is not installed: run .ci/system-packages, or apt-get install postgresql"
    return found[-1]


def run(*command: object) -> None:
    """Run a command as a user that PostgreSQL lets run it: it refuses root."""
    words = [str(word) for word in command]
    if os.geteuid() == 0:
        words = ["runuser", "-u", USER, "--", *words]
    # the server keeps what it is given open, so that a pipe would never end
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(words, stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd="/", check=False)
        said.seek(0)
        assert done.returncode == 0, f"{' '.join(words)}: {said.read().decode(errors='replace')}"


@contextmanager
def server() -> Iterator[str]:
    """Run a server; give the start of a URL that lacks the name of a database and `{}` for it."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    data, tools = folder / "data", binaries()
    try:
        run(tools / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = (
            f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off -c client_min_messages=warning"
        )
        run(tools / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://{USER}@/{{}}?host={folder}"
        finally:
            with suppress(AssertionError):
                run(tools / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def emptied(url: str) -> str:
    """Return the URL of a database with nothing in it."""
    address = url.format(USER)
    engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return address
