"""What can go wrong in scoring, told apart by what the reader can do about it."""

from __future__ import annotations


class ScoringError(Exception):
    """Base of every error of this package.

    Attributes:
        code: Stable, dotted name of the mistake; texts for people are keyed by it.
        values: The figures of the message, by name.
    """

    def __init__(self, code: str, message: str, **values: object) -> None:
        """Keep code, message (*what failed on which value: Expected X, got Y.*) and the values in it."""
        super().__init__(message)
        self.code = code
        self.values = {name: str(value) for name, value in values.items()}

    @property
    def message(self) -> str:
        """The English sentence."""
        return str(self)


class RuleFileError(ScoringError):
    """A rule file that breaks the rules for rule files: correct the file."""


class RuleNotInForceError(ScoringError):
    """A day on which the rule did not hold yet, or no longer: choose another day or scheme."""


class MissingValueError(ScoringError):
    """A value that a rule needs and that is not there: supply it."""


class NotComparableError(ScoringError):
    """Two things that must not be compared: do not."""
