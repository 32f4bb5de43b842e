"""``pelvicsense report``: a session as one page to read, print and keep."""

from __future__ import annotations

from pathlib import Path

import click


@click.command(name="report")
@click.argument("session", type=click.Path(path_type=Path))
@click.option(
    "--out", type=click.Path(path_type=Path), help="The HTML file.  [default: SESSION/report.html]"
)
@click.option("--pdf", is_flag=True, help="Also print it to a PDF beside it; needs Chromium.")
@click.option("--force", is_flag=True, help="Replace a report that is there already.")
def command(session: Path, out: Path | None, pdf: bool, force: bool) -> None:
    """Analyse SESSION and write its report: one HTML file that needs no network."""
    from pelvicsense.cli.analysed import analysed
    from pelvicsense.recording.session import open_session
    from pelvicsense.report.extra import require_extra
    from pelvicsense.report.write import check_free, write_page

    require_extra()
    open_session(session)
    page_file = out if out is not None else session / "report.html"
    pdf_file = page_file.with_suffix(".pdf") if pdf else None
    check_free(page_file, pdf_file, force=force)
    result = analysed(session)
    from pelvicsense.report.page import session_page

    for path in write_page(session_page(result), page_file, pdf_file):
        click.echo(f"Written: {path}")
