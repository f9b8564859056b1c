"""The ways a question can get no answer, each with the code that programs see."""


class Unanswered(Exception):
    """No answer: `code` for programs, `message` for people, `where` the part of the question at fault."""

    def __init__(self, code: str, message: str, where: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.where = code, message, where


class BadRequest(Unanswered):
    """The question is wrong: asking it again will not help."""


class NotFound(Unanswered):
    """What was asked about is not there."""


class Busy(Unanswered):
    """The question is fine, but too many are asked at once or it took too long: ask again later, or for less."""
