"""What can go wrong in scoring, told apart by what the reader can do about it."""

from __future__ import annotations

from labels.errors import CodedError


class ScoringError(CodedError):
    """Base of every error of this package."""


class RuleFileError(ScoringError):
    """A rule file that breaks the rules for rule files: correct the file."""


class RuleNotInForceError(ScoringError):
    """A day on which the rule did not hold yet, or no longer: choose another day or scheme."""


class MissingValueError(ScoringError):
    """A value that a rule needs and that is not there: supply it."""


class NotComparableError(ScoringError):
    """Two things that must not be compared: do not."""
