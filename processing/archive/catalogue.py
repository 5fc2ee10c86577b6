"""What a store holds now, as its manifests say. An object that no manifest names does not count.

Readers walk the chain from the head to the first manifest, so they never see half a publication. What they fetch is
kept under the cache folder by its SHA-256: it cannot go stale, and the folder is safe to delete at any time.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from processing.archive.lazy import lazy
from processing.archive.manifests import ManifestLink, head, key
from processing.errors import CorruptRecordError, MissingError
from processing.records import Manifest, Sum
from processing.store.interface import Store, checked

_THREADS = 8
"""Parts fetched at once from a bucket into an empty cache."""


@dataclass(frozen=True, slots=True)
class CatalogueObject:
    """A current object: its key and sums, and the sequence number of the manifest that added it."""

    sum: Sum
    seq: int

    @property
    def key(self) -> str:
        return self.sum.key

    @property
    def table(self) -> str:
        """The first segment of the key: "articles", "pages", ..."""
        return self.key.partition("/")[0]

    @property
    def labels(self) -> Mapping[str, str]:
        """What the folders of the key say: {"day": "2026-11-20"} of `articles/day=2026-11-20/….parquet`."""
        folders = (segment.partition("=") for segment in self.key.split("/")[1:-1])
        return {name: value for name, equals, value in folders if equals}


class Catalogue:
    """The current objects of one store. Lazy: nothing is asked of the store before something is asked of it."""

    def __init__(self, store: Store, cache: Path) -> None:
        self.store = store
        self._cache = cache / "objects"

    @lazy
    def manifests(self) -> tuple[Manifest, ...]:
        """Return the chain, oldest first. Raises `CorruptRecordError` where a link is missing or was altered."""
        link = head(self.store)
        chain: list[Manifest] = []
        while link is not None:
            chain.append(link.manifest)
            link = self._before(link.manifest)
        return tuple(reversed(chain))

    @property
    def head(self) -> Manifest | None:
        """The newest manifest, or None of an empty archive."""
        return self.manifests[-1] if self.manifests else None

    @lazy
    def parts(self) -> Mapping[str, CatalogueObject]:
        """Every current object by key, in order of keys. What a later manifest removes is gone from the cache too."""
        current: dict[str, CatalogueObject] = {}
        for manifest in self.manifests:
            for removed in manifest.removes:
                if part := current.pop(removed.key, None):
                    self._place(part.sum.sha256).unlink(missing_ok=True)
            current |= {added.key: CatalogueObject(added, manifest.seq) for added in manifest.adds}
        return dict(sorted(current.items()))

    def of(self, table: str, suffix: str = ".parquet") -> tuple[CatalogueObject, ...]:
        """Return the current parts of one table, in order of keys."""
        return tuple(
            part
            for part in self.parts.values()
            if part.table == table and part.key.endswith(suffix)
        )

    def local(self, part: CatalogueObject) -> Path:
        """Return `part` as a file: of a directory store the object itself, else the cache's copy.

        Raises `MissingError` where it is gone and `CorruptRecordError` where a copy is not what its manifest says.
        """
        if not self.store.url.startswith("file:"):
            return self._kept(part.key, part.sum.sha256)
        path = Path(self.store.url.removeprefix("file:")) / checked(part.key)
        if not path.is_file():
            raise MissingError(
                f"{part.key} is named by manifest {part.seq} and is not in {self.store.url}"
            )
        return path

    def files(self, parts: Iterable[CatalogueObject]) -> list[Path]:
        """Return each of `parts` as a file; several are fetched at once where they come from a bucket."""
        with ThreadPoolExecutor(_THREADS) as pool:
            return list(pool.map(self.local, parts))

    def _before(self, manifest: Manifest) -> ManifestLink | None:
        """Return the predecessor of `manifest`, checked against the hash that it names."""
        if manifest.previous is None:
            return None
        body = self._kept(key(manifest.seq - 1), manifest.previous).read_bytes()
        return ManifestLink(Manifest.model_validate_json(body), manifest.previous)

    def _kept(self, key: str, sha256: str) -> Path:
        """Return the object's file in the cache; fetch and check it first where it is not there yet."""
        place = self._place(sha256)
        if place.is_file():
            return place
        body = self.store.get(key)
        if hashlib.sha256(body).hexdigest() != sha256:
            raise CorruptRecordError(
                f"{key} in {self.store.url} was altered; restore it from a copy of the bucket"
            )
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as spool:
            spool.write(body)
        Path(spool.name).replace(place)  # in one step: two readers at once never see half of it
        return place

    def _place(self, sha256: str) -> Path:
        return self._cache / sha256[:2] / sha256
