"""A table as a list of rows: one is chosen at a time, and Tab leaves it."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QTableView


def lay_out_rows(table: QTableView, name: str, height: int) -> QHeaderView:
    """Give a table rows of that height (pixels) and its accessible name; returns its upper header."""
    table.setAccessibleName(name)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(height)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.setShowGrid(False)
    table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
    table.setTabKeyNavigation(False)
    table.setWordWrap(False)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    return header
