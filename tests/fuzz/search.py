"""Let atheris (libFuzzer) look for inputs that end otherwise than promised: `python -m tests.fuzz.search feed [SECONDS]`.

What it finds stands in a file that it names; it belongs into `tests/fuzz/corpus`, where the suite reads it each time.
"""

from __future__ import annotations

import sys
import tempfile

import atheris

with atheris.instrument_imports(include=["monitor"]):
    from tests.fuzz.targets import CORPUS, TARGETS

if __name__ == "__main__":
    name, seconds = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "60"
    # The first folder takes what is found on the way; the corpus stays as it is.
    with tempfile.TemporaryDirectory() as found:
        limits = [f"-max_total_time={seconds}", "-max_len=20000", "-timeout=20"]
        atheris.Setup([name, found, str(CORPUS / name), *limits], TARGETS[name])
        atheris.Fuzz()
