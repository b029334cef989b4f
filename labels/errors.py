"""What can go wrong with a label, told apart by what the reader can do about it."""

from __future__ import annotations


class CodedError(Exception):
    """An error that can be told in every language.

    Attributes:
        code: Stable, dotted name of the mistake, e.g. ``gs1.check-digit``; texts for people are keyed by it.
        values: The figures of the message, by name, for texts in other languages.
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


class LabelError(CodedError):
    """Base of every error of this package."""


class DecodeError(LabelError):
    """Bytes that are no readable image: take another photo."""


class CodeError(LabelError, ValueError):
    """Text that is not the code it claims to be: type or scan it again."""


class RecordError(LabelError):
    """A record with a missing, extra or impossible field: correct the record."""


class RegistryError(LabelError):
    """A registry that did not answer as it should: try later or ask another."""


class SignatureError(LabelError):
    """A signature or an envelope that does not hold: do not trust what it carries."""


class StoreError(LabelError):
    """A store that cannot be read or written as asked: nothing was changed."""
