"""What a check says: problems, each with its place and its remedy, and notes on what is only unusual."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: the file, folder or table it is in, what it is, and what a repair does about it, if it
    can do anything.
    """

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" (--repair {self.remedy})" if self.remedy else "")


@dataclass(frozen=True)
class Findings:
    """What a check read, all that is wrong with it, and what is unusual and may be left as it is."""

    parts: int
    events: int
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()
