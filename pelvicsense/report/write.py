"""A page into its file, readable by its owner only."""

from __future__ import annotations

from pathlib import Path

from pelvicsense.datatypes.errors import ConfigurationError
from pelvicsense.recording.files import place_private
from pelvicsense.report.pdf import pdf_of


def check_free(page_file: Path, pdf_file: Path | None = None, *, force: bool) -> None:
    """Do nothing if a page, and its PDF if there is to be one, may be written.

    Raises
    ------
    ConfigurationError
        If one is there already and ``force`` is not given, its folder is not there, or the page's
        name is not that of an HTML file.
    """
    if page_file.suffix.lower() not in {".html", ".htm"}:
        msg = f"{page_file}: expected a file name that ends in .html, got {page_file.name!r}"
        raise ConfigurationError(msg)
    if not page_file.parent.is_dir():
        msg = f"{page_file.parent}: expected a folder to write to, found none; check the path"
        raise ConfigurationError(msg)
    for path in (page_file, pdf_file):
        if path is not None and path.exists() and not force:
            msg = f"{path}: is there already and is kept; use --force to replace it"
            raise ConfigurationError(msg)


def write_page(page: str, page_file: Path, pdf_file: Path | None = None) -> tuple[Path, ...]:
    """Write a page as HTML and, if asked for, as PDF; return what was written.

    The HTML is there even if no browser prints it.

    Raises
    ------
    ConfigurationError
        If it cannot be printed.
    OSError
        If a file cannot be written.
    """
    _place(page_file, page.encode())
    if pdf_file is None:
        return (page_file,)
    _place(pdf_file, pdf_of(page))
    return (page_file, pdf_file)


def _place(path: Path, data: bytes) -> None:
    path.with_name(f".{path.name}.partial").unlink(missing_ok=True)  # of a run that was killed
    place_private(path, data)
