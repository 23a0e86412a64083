"""The figures of the office, folded from rows of the log. Whole numbers only: the same rows give the same bytes.

docs/reports.md has the formula of each.
"""
