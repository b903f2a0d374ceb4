"""Grade the course's notebooks, and say which mistake a wrong answer is."""

import sys

# jsonschema, under nbformat, would build a parser for IRIs that notebooks never
# hold: more than a second at the start of each command. It does without.
sys.modules.setdefault("rfc3987_syntax", None)
