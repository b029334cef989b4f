"""Where label records are fetched from: one adapter per registry, all with the same signature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from labels.code import LabelCode
    from labels.lookup import Found


class Registry(Protocol):
    """A registry that may know what lies behind a code."""

    @property
    def name(self) -> str:
        """What people call it."""

    def find(self, code: LabelCode) -> Found | None:
        """Return what it has behind a code; None when it knows nothing of it.

        Raises:
            RegistryError: It did not answer as it should.
        """
