"""Every answer is worked out once and kept as bytes: a thousand viewers cost what one does."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from threading import Lock

MAX_BYTES = 64 << 20
"""All answers kept together; the one used longest ago goes first."""


class Answers:
    """A bounded memory of answers, safe from several threads; a key being worked out is worked out once."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, bytes] = OrderedDict()
        self._under_way: dict[Hashable, Future[bytes]] = {}
        self.bytes = 0
        self.hits = 0
        self.misses = 0

    def get(self, key: Hashable, work_out: Callable[[], bytes]) -> bytes:
        """The kept answer, else that of `work_out`, for which all wait who ask meanwhile; a failure is not kept."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
                self.hits += 1
                return kept
            waiting = self._under_way.get(key)
            if waiting is None:
                mine = self._under_way[key] = Future()
                self.misses += 1
        return self._finish(key, mine, work_out) if waiting is None else waiting.result()

    def _finish(self, key: Hashable, mine: Future[bytes], work_out: Callable[[], bytes]) -> bytes:
        try:
            answer = work_out()
        except BaseException as failure:
            with self._lock:
                del self._under_way[key]
            mine.set_exception(failure)
            raise
        with self._lock:
            self._keep(key, answer)
            del self._under_way[key]
        mine.set_result(answer)
        return answer

    def _keep(self, key: Hashable, answer: bytes) -> None:
        if len(answer) > self._max_bytes:
            return
        self._kept[key] = answer
        self.bytes += len(answer)
        while self.bytes > self._max_bytes:
            _, dropped = self._kept.popitem(last=False)
            self.bytes -= len(dropped)
