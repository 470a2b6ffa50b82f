"""Files by what they hold: the name is a hash of the content, the folder an account's; whole before any row names it."""

import errno
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from pathlib import Path

from ki67.app.problems import Problem
from ki67.app.store.rows.base import new_id

BLOCK = 1 << 20
FULL = (errno.ENOSPC, errno.EDQUOT)


class Files:
    """What accounts keep, each in a folder of its own, so that deleting for good asks nobody else."""

    def __init__(self, root: Path, incoming: Path) -> None:
        self.root, self.incoming = root, incoming
        for folder in (root, incoming):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def begun(self) -> Path:
        """Where what is found of slides is kept until they are done."""
        return self.incoming / "slides"

    def path(self, account_id: str, digest: str) -> Path:
        """Where a content lies, or would lie."""
        return self.root / account_id / digest[:2] / digest

    def accounts(self) -> list[str]:
        """Ids of those who keep anything."""
        return sorted(folder.name for folder in self.root.iterdir() if folder.is_dir())

    @contextmanager
    def draft(self) -> Iterator[Path]:
        """A name to write to, which is gone afterwards unless it was kept."""
        path = self.incoming / new_id()
        try:
            with told_when_full():
                yield path
        finally:
            path.unlink(missing_ok=True)

    def keep(self, account_id: str, draft: Path) -> str:
        """Make a draft lasting; its hash. What is kept already stays as it is."""
        with told_when_full():
            digest = digest_of(draft)
            path = self.path(account_id, digest)
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                sync(draft)
                os.replace(draft, path)
                sync(path.parent)
            return digest

    def keep_bytes(self, account_id: str, content: bytes) -> str:
        """The same of what lies in memory."""
        with self.draft() as draft:
            draft.write_bytes(content)
            return self.keep(account_id, draft)

    def forget(self, account_id: str, digest: str) -> None:
        """Delete a content that no row names any more."""
        self.path(account_id, digest).unlink(missing_ok=True)

    def forget_account(self, account_id: str) -> None:
        """Delete everything of an account."""
        with suppress(FileNotFoundError):
            shutil.rmtree(self.root / account_id)


def digest_of(path: Path) -> str:
    """SHA-256, block by block."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sync(path: Path) -> None:
    """What was written to a file, or which names a folder holds, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def told_when_full() -> Iterator[None]:
    """A full disk becomes an answer that a client can wait by."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        raise Problem(HTTPStatus.INSUFFICIENT_STORAGE, "the service's disk is full; ask who runs it", retry_after=60) from error
