"""Names of files and folders that say a value, whatever it is."""

import hashlib
import re
from typing import Final
from urllib.parse import quote

NO_VALUE: Final = "__HIVE_DEFAULT_PARTITION__"
"""What Hive, Spark and DuckDB call a folder of rows without a value."""
LONGEST: Final = 150
_HIDDEN: Final = re.compile(r"^[._]")


def name_of(value: str | None) -> str:
    """A name for `value`: letters, digits, `-`, `.` and `_` as they are, the rest as `%XX` of its UTF-8.

    Never hidden (no leading `.` or `_`), and different for different values; a long one is cut and ends in `~` and
    a digest, so that only its first characters can be read from it.
    """
    if value is None:
        return NO_VALUE
    text = quote(value, safe="").replace("~", "%7E")
    text = _HIDDEN.sub(lambda first: f"%{ord(first[0]):02X}", text)
    if len(text) <= LONGEST:
        return text
    digest = hashlib.blake2b(value.encode(), digest_size=12).hexdigest()
    return f"{text[: LONGEST - 25].rstrip('%')}~{digest}"
