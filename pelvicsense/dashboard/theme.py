"""Colours and sizes: light and dark, larger and smaller, never colour alone.

All colours that carry a meaning are of the palette of Okabe and Ito (2008), which people with any
common colour-vision deficiency can tell apart; each of them comes with a shape or a word as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from pelvicsense.datatypes.placement import Side

BODY_PX = 14
"""Text size at scale 1, logical pixels; everything else is a multiple of it."""

LEAST_SCALE, MOST_SCALE, SCALE_STEP = 0.7, 2.0, 1.15


class ThemeName(StrEnum):
    """What a user may choose; ``system`` is as the operating system has it."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    """Colours as ``#rrggbb`` and the font scale (1 is normal).

    Attributes
    ----------
    window, surface, border
        Behind everything, of a panel, and around it.
    text, muted
        Of words that matter, and of words beside them.
    left, right
        Of a body side.
    inside, outside
        Of a value in its target zone, and out of it.
    alert, alert_text
        Of a banner that wants something done.
    action, action_text
        Of the button one most likely wants next.
    recording
        Of the recording light.
    """

    name: ThemeName
    window: str
    surface: str
    border: str
    text: str
    muted: str
    left: str
    right: str
    inside: str
    outside: str
    alert: str
    alert_text: str
    action: str
    action_text: str
    recording: str
    scale: float = 1.0

    def px(self, factor: float = 1.0) -> int:
        """Return a text size as a multiple of the body's, in logical pixels."""
        return max(8, round(BODY_PX * self.scale * factor))

    def font(self, factor: float = 1.0, *, bold: bool = False) -> QFont:
        """Return the application's font in that size."""
        font = QFont(QApplication.font())
        font.setPixelSize(self.px(factor))
        font.setBold(bold)
        return font

    def of_side(self, side: Side) -> QColor:
        """Return the colour of a body side."""
        return QColor(self.left if side is Side.LEFT else self.right)

    def scaled(self, scale: float) -> Theme:
        """Return the same colours at another font scale, within its limits."""
        return replace(self, scale=min(MOST_SCALE, max(LEAST_SCALE, scale)))


LIGHT = Theme(
    name=ThemeName.LIGHT,
    window="#eef0f2",
    surface="#ffffff",
    border="#c6ccd2",
    text="#14181c",
    muted="#55606b",
    left="#0072b2",
    right="#b8558f",
    inside="#007a59",
    outside="#c24f00",
    alert="#ffe1a3",
    alert_text="#14181c",
    action="#0072b2",
    action_text="#ffffff",
    recording="#d55e00",
)
"""Okabe and Ito's bluish green, vermillion and purple, darkened to a contrast of 4.5 on white."""

DARK = Theme(
    name=ThemeName.DARK,
    window="#101418",
    surface="#1a2026",
    border="#3a444e",
    text="#f2f5f7",
    muted="#a3afba",
    left="#56b4e9",
    right="#e79ac4",
    inside="#2fc79c",
    outside="#f29135",
    alert="#e69f00",
    alert_text="#14181c",
    action="#56b4e9",
    action_text="#0b0f13",
    recording="#f29135",
)
"""The same hues, lightened to a contrast of 7 on the dark surface."""


def theme_of(name: ThemeName) -> Theme:
    """Return the colours a user chose, at scale 1."""
    if name is ThemeName.SYSTEM:
        dark = QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return DARK if dark else LIGHT
    return DARK if name is ThemeName.DARK else LIGHT


class ThemedWidget(QWidget):
    """A widget that paints itself: it is handed each new theme and repaints.

    Attributes
    ----------
    worn
        What the application wears now; one that is made later begins with it.
    """

    worn: ClassVar[Theme] = LIGHT

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = ThemedWidget.worn

    def apply_theme(self, theme: Theme) -> None:
        """Take the colours and sizes."""
        self.theme = theme
        self.updateGeometry()
        self.update()

    def ems(self, width: float, height: float) -> QSize:
        """Return a size in multiples of the body text's."""
        return QSize(round(width * self.theme.px()), round(height * self.theme.px()))


def apply_theme(application: QApplication, root: QWidget, theme: Theme) -> None:
    """Dress an application and everything in a window."""
    ThemedWidget.worn = theme
    application.setPalette(_palette(theme))
    root.setStyleSheet(_style_sheet(theme))
    widget: ThemedWidget
    for widget in root.findChildren(ThemedWidget):
        widget.apply_theme(theme)


def set_role(widget: QWidget, role: str) -> None:
    """Name what a plain Qt widget is for; the style sheet knows the names."""
    if widget.property("role") == role:
        return  # dressing anew is slow
    widget.setProperty("role", role)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for colour, roles in (
        (theme.window, (role.Window, role.AlternateBase)),
        (theme.surface, (role.Base, role.Button, role.ToolTipBase)),
        (
            theme.text,
            (role.WindowText, role.Text, role.ButtonText, role.ToolTipText, role.BrightText),
        ),
        (theme.muted, (role.PlaceholderText,)),
        (theme.action, (role.Highlight, role.Link)),
        (theme.action_text, (role.HighlightedText,)),
        (theme.border, (role.Mid, role.Dark)),
    ):
        for each in roles:
            palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(theme.muted))
    return palette


def _style_sheet(theme: Theme) -> str:
    px = theme.px
    return f"""
    QWidget {{ font-size: {px()}px; }}
    QFrame[role="panel"] {{
        background: {theme.surface}; border: 1px solid {theme.border}; border-radius: 6px;
    }}
    QFrame[role="banner"] {{ background: {theme.alert}; border-radius: 6px; }}
    QFrame[role="banner"] QLabel {{ color: {theme.alert_text}; font-size: {px(1.15)}px; }}
    QLabel[role="title"] {{ font-size: {px(1.9)}px; font-weight: bold; }}
    QLabel[role="heading"] {{ font-size: {px(1.2)}px; font-weight: bold; }}
    QLabel[role="instruction"] {{ font-size: {px(1.6)}px; }}
    QLabel[role="muted"] {{ color: {theme.muted}; }}
    QLabel[role="small"] {{ color: {theme.muted}; font-size: {px(0.9)}px; }}
    QLabel[role="left"] {{ color: {theme.left}; font-size: {px(1.9)}px; font-weight: bold; }}
    QLabel[role="right"] {{ color: {theme.right}; font-size: {px(1.9)}px; font-weight: bold; }}
    QLabel[role="trouble"] {{ color: {theme.outside}; font-weight: bold; }}
    QPushButton, QLineEdit {{
        padding: {px(0.3)}px {px(0.7)}px; border: 1px solid {theme.border}; border-radius: 5px;
        background: {theme.surface}; color: {theme.text};
    }}
    QPushButton:hover {{ border-color: {theme.action}; }}
    QPushButton:focus, QLineEdit:focus, QTableView:focus {{
        border: 2px solid {theme.action};
    }}
    QPushButton:disabled {{ color: {theme.muted}; background: {theme.window}; }}
    QPushButton[role="action"] {{
        background: {theme.action}; color: {theme.action_text}; font-weight: bold;
    }}
    QPushButton[role="action"]:focus {{ border: 2px solid {theme.text}; }}
    QPushButton[role="action"]:disabled {{ background: {theme.window}; color: {theme.muted}; }}
    QTableView {{
        background: {theme.surface}; gridline-color: {theme.border}; font-size: {px(1.2)}px;
        border: 1px solid {theme.border}; border-radius: 6px;
    }}
    QTableView::item {{ border: none; padding: {px(0.15)}px {px(0.5)}px; }}
    QHeaderView::section {{
        background: {theme.window}; color: {theme.muted}; border: none;
        padding: {px(0.35)}px {px(0.5)}px;
    }}
    QPushButton[role="step"] {{
        border: none; border-bottom: 3px solid transparent; border-radius: 0px;
        background: transparent; color: {theme.muted};
    }}
    QPushButton[role="step"]:checked {{
        color: {theme.text}; border-bottom: 3px solid {theme.action};
    }}
    QPushButton[role="step"]:focus {{ border: 2px solid {theme.action}; }}
    QScrollArea, QWidget[role="plain"] {{ background: transparent; }}
    QTabWidget::pane {{ background: {theme.surface}; border: 1px solid {theme.border}; }}
    QSplitter::handle {{ background: {theme.window}; }}
    QToolTip {{
        color: {theme.text}; background: {theme.surface}; border: 1px solid {theme.border};
    }}
    """
