"""What may be uploaded, where is it kept, and who looks through it? A part of ``Settings``."""

from pathlib import Path
from typing import Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

LOOPBACK: Final = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


class FileSettings(BaseSettings):
    """Limits of uploads, the place of files, and the virus scanner."""

    # A folder of ours alone, or any S3 API. The folder is `files` in the state directory unless another is named;
    # where several machines serve the API it has to be one that all of them see.
    file_store: Literal["folder", "s3"] = "folder"
    file_folder: Path | None = None
    file_s3_url: str = ""
    file_s3_bucket: str = Field(default="", max_length=63)
    file_s3_prefix: str = Field(default="", pattern=r"^([a-z0-9_-]+/)*$")
    file_s3_region: str = Field(default="us-east-1", max_length=40)
    file_s3_access_key: str = ""
    file_s3_secret_key: SecretStr | None = None
    # 10 s for one call: ten megabytes within a data centre take one.
    file_s3_timeout_s: float = Field(default=10.0, gt=0, le=60)

    # 10 MiB: a telephone's picture is 3 to 8, a scanned policy 1 to 5.
    file_limit_bytes: int = Field(default=10_485_760, ge=65_536, le=52_428_800)
    # 40 million pixels: three times a usual telephone's; decoded they take 160 MB.
    file_most_pixels: int = Field(default=40_000_000, ge=1_000_000, le=200_000_000)
    # 4,000 pixels: an A4 page at 340 dots an inch; what is larger is made smaller.
    file_longest_side_px: int = Field(default=4_000, ge=500, le=20_000)
    # 50 pages: the longest insurance policies have 40.
    file_most_pages: int = Field(default=50, ge=1, le=1_000)
    # 60 s for one upload: ten megabytes over a slow mobile network.
    file_upload_timeout_s: float = Field(default=60.0, gt=0, le=600)
    # 8 at a time in one process, each with its file in memory; 2 of them are decoded at a time.
    file_uploads_at_once: int = Field(default=8, ge=1, le=64)
    file_threads: int = Field(default=2, ge=1, le=16)
    # 5 min: a link is for whoever just asked for it, not to be kept.
    file_link_lives_s: float = Field(default=300.0, ge=10, le=3_600)
    # A day between uploading a file and naming it in a document; what nobody named goes.
    file_unused_kept_h: float = Field(default=24.0, ge=1, le=720)
    # 8 years after a company left: what the books are kept for. 180 days after one was not taken, for its questions.
    documents_kept_days: int = Field(default=2_920, ge=1, le=36_500)
    documents_of_rejected_kept_days: int = Field(default=180, ge=1, le=36_500)

    # A minute between two looks at whose documents end: they do so at midnight, months ahead.
    paper_looks_every_s: float = Field(default=60.0, gt=0, le=86_400)

    # ClamAV's daemon. Without it nothing is scanned, and `vehicaid doctor` says so.
    scanner_host: str = ""
    scanner_port: int = Field(default=3310, ge=1, le=65535)
    # 20 s: a large PDF takes it a few seconds on a busy machine.
    scanner_timeout_s: float = Field(default=20.0, gt=0, le=60)

    @field_validator("file_s3_url")
    @classmethod
    def _is_a_safe_place(cls, url: str) -> str:
        if url and not url.startswith(("https://", *LOOPBACK)):
            message = "must start with https://, or be on this machine"
            raise ValueError(message)
        return url.rstrip("/")
