"""The style sheet of the window, filled in from the theme's tokens."""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Properties set by the widgets: `kind` tells families of one class apart, `tone` their colour.
STYLE: Final = Template("""
QWidget { outline: 0; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: 8px; }
QMainWindow, QDialog, QWidget[kind="side"] { background: $window; }
QWidget[kind="page"] { background: $surface; }
QLabel { background: transparent; }
QLabel[kind="muted"], QLabel[kind="section"] { color: $muted; }
QLabel[kind="section"] { font-weight: 600; padding: 4px 8px; }
QLabel[kind="heading"] { font-size: 22px; font-weight: 600; }
QLabel[kind="body"] { font-size: 15px; }
QSplitter::handle { background: $border; }
QSplitter[kind="gap"]::handle { background: transparent; }

QPushButton { background: $raised; color: $text; border: 1px solid $border; border-radius: 8px; padding: 8px 12px; }
QPushButton:hover { background: $hover; }
QPushButton:focus { border: 2px solid $accent; padding: 7px 11px; }
QPushButton:disabled { color: $muted; background: $window; }
QPushButton[kind="primary"] { background: $accent; color: $on_accent; border-color: $accent; font-weight: 600; }
QPushButton[kind="primary"]:focus { border-color: $text; }
QPushButton[kind="primary"]:disabled { color: $muted; background: $hover; border-color: $border; }
QPushButton[kind="quiet"] { background: transparent; border-color: transparent; text-align: left; }
QPushButton[kind="quiet"]:hover { background: $hover; }
QPushButton[kind="quiet"]:focus { border-color: $accent; }
QPushButton[kind="suggestion"] { text-align: left; padding: 12px 16px; font-size: 15px; background: $surface; }
QPushButton[kind="suggestion"]:hover { background: $raised; }
QPushButton[kind="suggestion"]:focus { padding: 11px 15px; }
QPushButton[kind="card"] { text-align: left; padding: 16px; background: $surface; }
QPushButton[kind="passage"] { background: $surface; padding: 0; }
QPushButton[kind="passage"]:hover { background: $raised; }
QPushButton[kind="passage"]:checked { border-color: $accent; }
QPushButton[kind="passage"]:focus { border-width: 2px; padding: 0; }
QLabel[kind="number"] { background: $selection; color: $text; border-radius: 8px; padding: 0 6px; font-weight: 600; }
QLabel[kind="title"] { font-weight: 600; }
QLabel[kind="warning"] { color: $amber; }
QFrame[kind="card"] { background: $surface; border: 1px solid $border; border-radius: 8px; }
QPlainTextEdit[kind="field"] { background: $surface; border: 1px solid $border; border-radius: 8px; padding: 4px; }
QPlainTextEdit[kind="field"]:focus { border-color: $accent; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar::tab { background: transparent; color: $muted; padding: 8px 16px; border: none;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:hover { color: $text; }
QTabBar::tab:focus { color: $accent; }

QToolButton { background: transparent; color: $text; border: 1px solid transparent; border-radius: 8px; padding: 4px; }
QToolButton:hover, QToolButton:checked { background: $hover; }
QToolButton:focus { border: 1px solid $accent; }
QToolButton:disabled { color: $muted; }
QToolButton::menu-indicator { image: none; }
QToolButton[kind="fold"], QToolButton[kind="tiny"] { color: $muted; }
QToolButton[kind="send"] { background: $accent; }
QToolButton[kind="send"]:focus { border: 2px solid $text; }
QToolButton[kind="send"]:disabled { background: $hover; }

QLabel[kind="chip"], QToolButton[kind="chip"] {
  background: $raised; color: $text; border: 1px solid $border; border-radius: 8px; padding: 3px 8px; }
QToolButton[kind="chip"]:hover { background: $hover; }
QLabel[kind="chip"][tone="green"], QToolButton[kind="chip"][tone="green"] {
  background: $green_soft; color: $green; border-color: $green_soft; }
QLabel[kind="chip"][tone="blue"], QToolButton[kind="chip"][tone="blue"] {
  background: $blue_soft; color: $blue; border-color: $blue_soft; }
QLabel[kind="chip"][tone="amber"], QToolButton[kind="chip"][tone="amber"] {
  background: $amber_soft; color: $amber; border-color: $amber_soft; }
QToolButton[kind="chip"][tone="green"]:hover { border-color: $green; }
QToolButton[kind="chip"][tone="blue"]:hover { border-color: $blue; }
QToolButton[kind="chip"][tone="amber"]:hover { border-color: $amber; }
QPushButton[kind="link"] { background: transparent; color: $accent; border-color: transparent; padding: 0; }
QPushButton[kind="link"]:focus { border: 1px solid $accent; padding: 0; }
QToolButton[kind="chip"]:focus { border: 1px solid $accent; }
QFrame[kind="attachment"] { background: $raised; border: 1px solid $border; border-radius: 8px; }
QFrame[kind="note"] { border-radius: 8px; background: $raised; }
QFrame[kind="note"][tone="red"] { background: $red_soft; }
QFrame[kind="note"][tone="amber"] { background: $amber_soft; }
QFrame[kind="note"][tone="red"] QLabel { color: $red; }
QFrame[kind="note"][tone="amber"] QLabel { color: $amber; }
QFrame[kind="rule"] { background: $border; border: none; }

QLineEdit, QSpinBox, QDoubleSpinBox { background: $surface; color: $text; border: 1px solid $border;
  border-radius: 8px; padding: 7px 8px;
  selection-background-color: $selection; selection-color: $text; }
QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus { border: 1px solid $accent; }
QSpinBox, QDoubleSpinBox { padding: 0; }
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit { background: transparent; border: none; padding: 0 8px; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
  width: 0; height: 0; border: none; }
QCheckBox::indicator, QListWidget::indicator, QRadioButton::indicator {
  width: 14px; height: 14px; background: $surface; border: 1px solid $muted; border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:checked, QListWidget::indicator:checked, QRadioButton::indicator:checked {
  background: $accent; border-color: $accent; image: url(marks:check-$scheme.svg); }
QRadioButton::indicator:checked { image: url(marks:dot-$scheme.svg); }
QCheckBox::indicator:focus, QRadioButton::indicator:focus {
  width: 12px; height: 12px; border: 2px solid $accent; }
QCheckBox::indicator:checked:focus, QRadioButton::indicator:checked:focus { border-color: $text; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $border; }
QCheckBox::indicator:checked:disabled, QListWidget::indicator:checked:disabled,
QRadioButton::indicator:checked:disabled { background: $muted; border-color: $muted; }
QComboBox { background: $surface; color: $text; border: 1px solid $border; border-radius: 8px; padding: 7px 0 6px 8px; }
QTableView QComboBox { padding: 4px 0 4px 4px; }
QComboBox:hover { background: $hover; }
QComboBox:focus, QComboBox:on { border-color: $accent; }
QComboBox:disabled { color: $muted; background: $window; }
QComboBox::drop-down { width: 20px; border: none; }
QComboBox::down-arrow { width: 16px; height: 16px; image: url(marks:arrow-$scheme.svg); }
QComboBox::item:selected { background: $hover; border-radius: 8px; }
QComboBox QLineEdit { background: transparent; border: none; padding: 0 4px; }
QMenu QLabel { padding: 4px 0; }
QLineEdit, QPlainTextEdit { placeholder-text-color: $muted; }
QPlainTextEdit, QTextEdit { background: transparent; border: none; selection-background-color: $selection;
  selection-color: $text; }
QFrame[kind="composer"] { background: $surface; border: 1px solid $border; border-radius: 12px; }
QFrame[kind="composer"][focused="true"] { border: 1px solid $accent; }

QListView { background: transparent; border: none; }
QListView:focus { border: none; }
QListView::item { padding: 6px 8px; border-radius: 8px; color: $text; border: 1px solid transparent; }
QListView::item:hover { background: $hover; }
QListView::item:selected { background: $hover; color: $text; }
QListView::item:selected:focus { border: 1px solid $accent; }
QListView::item:disabled { color: $muted; background: transparent; }

QTableView, QTreeView { background: $surface; border: 1px solid $border; border-radius: 8px;
  selection-background-color: $hover; selection-color: $text; }
QTableView:focus, QTreeView:focus { border-color: $accent; }
QTableView::item { padding: 0 8px; }
QTreeView::item { padding: 6px 8px; }
QHeaderView { background: transparent; }
QHeaderView::section { background: transparent; color: $muted; border: none; border-bottom: 1px solid $border;
  padding: 8px; }

QMenu { background: $surface; color: $text; border: 1px solid $border; padding: 4px; }
QMenu::item { padding: 8px 16px; border-radius: 6px; }
QMenu::item:selected { background: $hover; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $border; margin: 4px 8px; }

QProgressBar { background: $hover; border: none; border-radius: 2px; max-height: 4px; min-height: 4px; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
QProgressBar[tone="red"]::chunk { background: $red; }

QScrollArea { background: transparent; border: none; }
QScrollArea[kind="list"] { border: 1px solid transparent; border-radius: 8px; }
QScrollArea[kind="list"]:focus { border-color: $accent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: $border; border-radius: 4px; min-height: 32px; margin: 2px; }
QScrollBar::handle:vertical:hover { background: $muted; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle:horizontal { background: $border; border-radius: 4px; min-width: 32px; margin: 2px; }
QScrollBar::handle:horizontal:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page, QAbstractScrollArea::corner { background: transparent; }
""")


def stylesheet(colours: Mapping[str, str], scheme: str) -> str:
    """The style sheet in these colours, each under the name of its token, with the marks of "light" or "dark"."""
    return STYLE.substitute(colours, scheme=scheme)
