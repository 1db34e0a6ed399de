"""Where large bytes lie: local files, or a bucket. Keys are made from content hashes; nothing is overwritten."""

import asyncio
import contextlib
import os
import secrets
import shutil
from concurrent.futures import Executor, ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Protocol
from urllib.parse import unquote, urlsplit

from gateway import segments
from gateway.errors import ConfigError, NotFound, StorageFull, Unavailable

COPY_BYTES = 1_048_576
_NO_SPACE = {28, 122}  # ENOSPC, EDQUOT


class BlobStore(Protocol):
    """Durable bytes by key. `put` returns only when they would survive a power cut."""

    writers: Executor
    """The threads that `keep` puts from: as many as the store gains by."""

    def put(self, key: str, content: bytes) -> None:
        """Keep them; a key that exists holds the same content already. Raises StorageFull, Unavailable. Blocks."""

    def put_file(self, key: str, path: Path) -> None:
        """`put` of a file's content, which is never whole in memory; the file stays. Raises as `put` does. Blocks."""

    def get(self, key: str) -> bytes:
        """The bytes. Raises NotFound, Unavailable. Blocks."""


def content_key(kind: str, sha256: str) -> str:
    """The key of a content: `raw/ab/cd/abcd…`, so that no folder grows without end."""
    return f"{kind}/{sha256[:2]}/{sha256[2:4]}/{sha256}"


class LocalBlobs:
    """Files below a folder, written under another name, synced, and renamed into place."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.writers: Executor = ThreadPoolExecutor(2, thread_name_prefix="blobs")  # one writes, one syncs

    def put(self, key: str, content: bytes) -> None:
        """See BlobStore. The folders are synced too: a name alone may not survive a power cut.

        That holds for a name that is there already: whoever made it may still be before the sync, or died there.
        """
        self._put(key, BytesIO(content))

    def put_file(self, key: str, path: Path) -> None:
        """See BlobStore. It is copied: it may lie on another disk."""
        with path.open("rb") as file:
            self._put(key, file)

    def _put(self, key: str, content: IO[bytes]) -> None:
        path = self.root / key
        draft = path.with_name(f".{path.name[:16]}.{secrets.token_hex(6)}")
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                _write_synced(draft, content)
                draft.replace(path)
            for folder in path.parents[: len(path.relative_to(self.root.parent).parts)]:
                segments.sync_folder(folder)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            full = error.errno in _NO_SPACE
            raise (StorageFull if full else Unavailable)(f"can't store a blob: {error.strerror}") from error

    def get(self, key: str) -> bytes:
        """See BlobStore."""
        try:
            return segments.read(self.root, key) if segments.holds(key) else (self.root / key).read_bytes()
        except FileNotFoundError:
            raise NotFound("the stored bytes are missing") from None
        except OSError as error:
            raise Unavailable(f"can't read a blob: {error.strerror}") from error


def _write_synced(path: Path, content: IO[bytes]) -> None:
    with path.open("xb") as file:
        shutil.copyfileobj(content, file, COPY_BYTES)
        file.flush()
        os.fsync(file.fileno())


_BRIEFLY: Any = {"max_retries": 3, "retry_timeout": timedelta(seconds=15)}
"""The client's own three minutes would hold up a thread for each large mail while the service is away."""


class BucketBlobs:
    """Objects in an S3 bucket (extra `s3`); the service's own durability stands for the fsync."""

    def __init__(self, url: str) -> None:
        try:
            from obstore.store import from_url
        except ImportError:
            raise ConfigError("ZNX_BLOB_URL: s3:// needs `pip install 'znx[s3]'`") from None
        self._store: Any = from_url(url, retry_config=_BRIEFLY)
        self.writers: Executor = ThreadPoolExecutor(16, thread_name_prefix="blobs")

    def put(self, key: str, content: bytes) -> None:
        """See BlobStore."""
        self._call("put", key, content)

    def put_file(self, key: str, path: Path) -> None:
        """See BlobStore. The client sends it in parts."""
        self._call("put", key, path)

    def get(self, key: str) -> bytes:
        """See BlobStore."""
        return bytes(self._call("get", key).bytes())

    def _call(self, name: str, *arguments: Any) -> Any:
        import obstore

        try:
            return getattr(obstore, name)(self._store, *arguments)
        except FileNotFoundError:
            raise NotFound("the stored bytes are missing") from None
        except Exception as error:
            raise Unavailable("the blob store is not available") from error


def blob_store(url: str) -> BlobStore:
    """The store behind `file:///PATH` or `s3://bucket/prefix`. Raises ConfigError for any other."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return LocalBlobs(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        return BucketBlobs(url)
    raise ConfigError("ZNX_BLOB_URL: expected file:///PATH or s3://bucket/prefix")


async def fetch(store: BlobStore, key: str) -> bytes:
    """`get` without holding up the event loop."""
    return await asyncio.to_thread(store.get, key)


async def keep(store: BlobStore, key: str, content: bytes) -> None:
    """`put` without holding up the event loop."""
    await asyncio.get_running_loop().run_in_executor(store.writers, store.put, key, content)


async def keep_file(store: BlobStore, key: str, path: Path) -> None:
    """`put_file` without holding up the event loop."""
    await asyncio.get_running_loop().run_in_executor(store.writers, store.put_file, key, path)
