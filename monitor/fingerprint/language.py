"""Which language a text is in, told from the text itself."""

from __future__ import annotations

import py3langid

# py3langid reads about 4,000 characters a millisecond; 200 from the middle tell the language of an article as well as 300
# (of 4,496 labelled articles in five languages 22 differ, all between Bosnian, Croatian and Serbian, which are read alike)
# and stay clear of datelines and furniture.
SAMPLE_CHARS = 200


def identify(text: str) -> str:
    """ISO 639-1 code of the text's language ('en'); empty when the text holds no letters.

    Cost: 0.1 ms; the model (inside the package) takes 0.6 s to load with the first call.
    """
    middle = max(0, len(text) // 2 - SAMPLE_CHARS // 2)
    sample = text[middle : middle + SAMPLE_CHARS]
    if not any(char.isalpha() for char in sample):
        return ""
    return str(py3langid.classify(sample)[0])
