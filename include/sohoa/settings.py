"""Where things are and how far they may go: every setting, read from the environment once per call."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

LOCAL_TIME = ZoneInfo("Asia/Ho_Chi_Minh")
"""The Ministry's clock: a batch claimed at 23:30 UTC belongs to the next Vietnamese day."""

ReviewRole = Literal["viewer", "archivist", "reviewer"]


class Settings(BaseSettings):
    """Settings of one installation; each is an environment variable `SOHOA_<NAME>`.

    Folders default to places below `home`, database URLs to SQLite files there; the gates' suites (`expectations`) to
    those of the folder that the command runs in, else of the checkout that it runs from.
    Times are seconds, sizes are as their names say.
    """

    model_config = SettingsConfigDict(env_prefix="SOHOA_", env_ignore_empty=True, extra="ignore")

    home: Path = Path("data")
    inbox: Path = Path()
    outbox: Path = Path()
    quarantine: Path = Path()
    work: Path = Path()
    archive: Path = Path()
    register_dir: Path = Path()
    catalogue_url: str = ""
    warehouse_url: str = ""
    warehouse_reader: str | None = Field(None, description="PostgreSQL role that may read the reporting schema")
    expectations: Path = Path()
    unit_moves: Path | None = Field(None, description="file of units that moved, in place of rulesets/moves.yaml")

    rest_seconds: float = Field(60.0, ge=0, description="a batch without manifest or _READY rests this long")
    unfinished_after_rests: int = Field(
        15,
        ge=1,
        description="rest periods after which a batch whose files do not end properly is taken all the same",
    )
    stalled_seconds: float = Field(600.0, gt=0, description="a batch without progress for so long is given out again")

    chunk_pages: int = Field(40, ge=1, description="pages in one call of tesseract, at most")
    max_chunks: int = Field(1000, ge=1, description="Airflow maps at most 1024 tasks")
    jobs: int = Field(
        2,
        ge=1,
        description="chunks read at the same time by `sohoa digitise` (in Airflow the pool `ocr` says how many), and "
        "files opened at the same time while a batch is received and while copies are made",
    )
    ocr_language: str = "vie"
    ocr_dpi: int = 200
    ocr_seconds_per_page: float = Field(60.0, gt=0)
    ocr_memory_mb: int = Field(4096, ge=512)

    max_file_mb: int = Field(2048, ge=1)
    max_pages_per_file: int = Field(5000, ge=1)
    max_page_megapixels: int = Field(200, ge=1, description="A3 at 600 dpi has 70")
    open_seconds: float = Field(120.0, gt=0, description="a file that cannot be opened in this time is quarantined")

    language: str = Field("vi", pattern="^(vi|en)$")

    review_roles: dict[str, ReviewRole] = Field(
        {"viewer": "viewer", "user": "archivist", "op": "reviewer", "admin": "reviewer"},
        description="role of Airflow's auth manager, in small letters → role at the review desk (JSON)",
    )
    review_people: dict[str, ReviewRole] = Field(
        {}, description="user name → role at the review desk, for auth managers that tell no roles (JSON)"
    )

    report_approvers: dict[str, str] = Field(
        {},
        description="id of a user in Airflow → name: who may decide on reports there; none: who may answer for the DAG "
        "(JSON). SimpleAuthManager: the user name; FAB: the number that `airflow users list` shows",
    )

    @model_validator(mode="after")
    def _below_home(self) -> Settings:
        home = self.home = _folder(self.home)
        for name in ("inbox", "outbox", "quarantine", "work", "archive", "register_dir"):
            folder = getattr(self, name)
            default = home / name.removesuffix("_dir")
            setattr(self, name, default if folder == Path() else _folder(folder))
        self.catalogue_url = self.catalogue_url or f"sqlite:///{home / 'catalogue.db'}"
        self.warehouse_url = self.warehouse_url or f"sqlite:///{home / 'warehouse.db'}"
        self.expectations = _folder(_shipped_suites() if self.expectations == Path() else self.expectations)
        self.unit_moves = self.unit_moves and _folder(self.unit_moves)
        return self

    def folders(self) -> tuple[Path, ...]:
        """All folders that `sohoa init` creates."""
        return (self.inbox, self.outbox, self.quarantine, self.work, self.archive, self.register_dir)


def _shipped_suites() -> Path:
    """The suites where the command runs, else those of the checkout that it runs from."""
    here, of_checkout = Path("expectations"), Path(__file__).parents[2] / "expectations"
    return of_checkout if of_checkout.is_dir() and not here.is_dir() else here


def _folder(path: Path) -> Path:
    """The folder whatever folder the process runs in; ValueError for an address of remote storage."""
    if ":/" in str(path):
        raise ValueError(f"{path} is no folder: only folders that are mounted on this machine can be used")
    return path.expanduser().absolute()


def load_settings() -> Settings:
    """The settings in force now.

    Read anew at each call, so that a task sees the environment it runs in.
    """
    return Settings()
