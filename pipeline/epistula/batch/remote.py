"""Letters in object storage and on the web, through fsspec: nothing is fetched but what was named."""

import time
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

import fsspec

from epistula.batch.ref import suffix_of
from epistula.batch.spool import CHUNK, CONTAINER_BYTES, LETTER_BYTES, copy
from epistula.batch.walk import Entry, in_order
from epistula.errors import ReadError
from epistula.model import FailureCategory

STORES = ("https", "http", "s3", "s3a", "gs", "gcs", "az", "abfs", "ftp", "sftp", "hdfs", "webhdfs", "memory")
"""Schemes that are followed; those of fsspec that unpack, cache or redirect are not."""
CONNECT_SECONDS, READ_SECONDS = 30, 60
WAITS = (1.0, 4.0)
"""Seconds before the second and the third try."""
FOR_GOOD = (FileNotFoundError, PermissionError, IsADirectoryError, NotADirectoryError, ValueError, TypeError)
PASSING = frozenset({408, 425, 429})
T = TypeVar("T")


def _options(scheme: str) -> dict[str, Any]:
    """Return the time limits as the library of a scheme takes them."""
    if scheme in {"http", "https"}:
        from aiohttp import ClientTimeout

        limits = ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
        return {"client_kwargs": {"timeout": limits}}
    if scheme in {"s3", "s3a"}:
        return {"config_kwargs": {"connect_timeout": CONNECT_SECONDS, "read_timeout": READ_SECONDS}}
    return {"timeout": READ_SECONDS} if scheme in {"gs", "gcs", "ftp"} else {}


def filesystem(url: str) -> Any:
    """Return the fsspec file system of a URL.

    Raises:
        ReadError: its scheme is not followed, or needs a package that is not installed.
    """
    scheme = url.partition("://")[0].casefold()
    if scheme not in STORES:
        reason = f"{scheme}:// is not followed. Name a file, or one of {', '.join(f'{s}://' for s in STORES[:-1])}."
        raise ReadError(FailureCategory.UNSUPPORTED, reason)
    try:
        kind = fsspec.get_filesystem_class(scheme)
        options = {**kind._get_kwargs_from_urls(url), **_options(scheme)}
        return fsspec.filesystem(scheme, use_listings_cache=False, **options)  # fsspec keeps it for the next time
    except ImportError as error:
        reason = f"{scheme}:// needs a package that is not installed ({error}). Run: pip install 'epistula[remote]'."
        raise ReadError(FailureCategory.UNSUPPORTED, reason) from error
    except Exception as error:  # each file system has errors of its own
        raise _explain(error, 1) from error


def attempt(action: Callable[[], T]) -> T:
    """Do something over the net, up to three times when the error may pass.

    Raises:
        ReadError: it cannot be done.
    """
    for number, wait in enumerate((*WAITS, None), start=1):
        try:
            return action()
        except ReadError:
            raise
        except Exception as error:  # each file system has errors of its own
            cause = _cause(error)
            if wait is None or not _passes(cause):
                raise _explain(cause, number) from error
            time.sleep(wait)
    raise AssertionError


def _cause(error: Exception) -> Exception:
    """Return what went wrong: fsspec says of any answer of a web server that there is no such file."""
    while isinstance(error, FileNotFoundError) and isinstance(error.__cause__, Exception):
        error = error.__cause__
    return error


def _status(error: Exception) -> int | None:
    """Return the HTTP status an error came with."""
    status = getattr(error, "status", None) or getattr(error, "code", None)
    return status if isinstance(status, int) else None


def _passes(error: Exception) -> bool:
    status = _status(error)
    return not isinstance(error, FOR_GOOD) and (status is None or status in PASSING or not 400 <= status < 500)


def _explain(error: Exception, tries: int) -> ReadError:
    if isinstance(error, FileNotFoundError) or _status(error) in {404, 410}:
        reason = "there is no such object. Check the URL; end it with / for all that is below it."
    else:
        times = f" in {tries} tries" if tries > 1 else ""
        what = f"{type(error).__name__}: {error}".rstrip(": .")
        reason = f"could not be fetched{times} ({what}). Check the URL, the network and your credentials."
    return ReadError(FailureCategory.MISSING, reason)


class Remote:
    """The folders of object storage, by their URLs."""

    def entries(self, folder: str) -> Iterable[Entry]:
        """Return what is in a folder, by name.

        Raises:
            ReadError: it cannot be listed.
        """
        files = filesystem(folder)
        path = files._strip_protocol(f"{folder.rstrip('/')}/")
        found, own = attempt(lambda: files.ls(path, detail=True)), path.rstrip("/")
        listed = ((info["name"].rstrip("/"), info["type"] == "directory") for info in found)
        named = (Entry(name.rpartition("/")[2], is_folder) for name, is_folder in listed if name != own)
        return in_order(entry for entry in named if entry.name not in {"", ".", ".."})

    def entry(self, folder: str, name: str) -> Entry | None:
        """Return what has this name in a folder, None when nothing has.

        Raises:
            ReadError: the storage does not answer.
        """
        files = filesystem(folder)
        path = files._strip_protocol(self.join(folder, name))
        if not attempt(lambda: files.exists(path)):
            return None
        return Entry(name, bool(attempt(lambda: files.isdir(path))))

    def join(self, folder: str, name: str) -> str:
        """Return the URL of what has this name in a folder."""
        return f"{folder.rstrip('/')}/{name}"


def exists(url: str) -> bool:
    """Tell whether there is a file behind a URL.

    Raises:
        ReadError: the storage does not answer.
    """
    files = filesystem(url)
    return bool(attempt(lambda: files.isfile(files._strip_protocol(url))))


def download(url: str, folder: Path, limit: int = LETTER_BYTES) -> tuple[str, str]:
    """Fetch an object into a folder; return the path of the copy and the SHA-256 of its bytes.

    Raises:
        ReadError: there is none, it cannot be fetched, is too large, or the folder cannot be written.
    """
    files, suffix = filesystem(url), suffix_of(url)
    return attempt(lambda: copy(_chunks(files, url), folder, suffix if suffix.isascii() else "", limit))


def _chunks(files: Any, url: str) -> Iterator[bytes]:
    whole = {"block_size": 0} if url.casefold().startswith("http") else {}  # one request, not one for each part
    with files.open(files._strip_protocol(url), "rb", **whole) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def download_container(url: str, folder: Path) -> str:
    """Fetch an archive or a list of letters, unless this version of it is in the folder; return its path.

    Raises:
        ReadError: as `download`.
    """
    files = filesystem(url)
    version = attempt(lambda: str(files.ukey(files._strip_protocol(url))))
    target = folder / f"container-{sha256(f'{url} {version}'.encode()).hexdigest()[:32]}"
    if not target.exists():
        path, _ = download(url, folder, CONTAINER_BYTES)
        Path(path).replace(target)
    return str(target)
