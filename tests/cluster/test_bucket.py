"""Blobs in a bucket, on a real S3 server: what is put is got, twice is once, and away is for now."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.blobs import BlobStore, blob_store, content_key
from gateway.errors import NotFound, Unavailable
from tests.cluster import services

pytestmark = pytest.mark.slow
KEY = content_key("raw", "0a1b" * 16)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BlobStore]:
    """A bucket of its own, found by the usual variables."""
    with services.bucket(tmp_path) as settings:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield blob_store(settings["ZNX_BLOB_URL"])


def test_what_is_put_is_got(store: BlobStore, tmp_path: Path) -> None:
    large = tmp_path / "large"
    large.write_bytes(b"\0\xff" * 6_000_000)
    for _ in range(2):
        store.put(KEY, b"\0any\xff bytes")
        store.put_file(f"{KEY}-large", large)
    assert store.get(KEY) == b"\0any\xff bytes"
    assert store.get(f"{KEY}-large") == large.read_bytes()
    with pytest.raises(NotFound):
        store.get("raw/nothing")


def test_a_service_that_is_away_is_away_for_now(monkeypatch: pytest.MonkeyPatch) -> None:
    with services.listening() as nobody:
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    given = {"ENDPOINT_URL": address, "ALLOW_HTTP": "true", "ACCESS_KEY_ID": "id", "SECRET_ACCESS_KEY": "key"}
    for name, value in given.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    store = blob_store("s3://mails/znx")
    with pytest.raises(Unavailable):
        store.put(KEY, b"large")
    with pytest.raises(Unavailable):
        store.get(KEY)
