"""`inlay cat` against pyarrow, line by line: all recordings."""
import os
from judge import *

recordings = files("data/recordings/*.parquet")
if not recordings:
    skip("recordings", "the corpus is absent (set CORPUS)")
for path in recordings:
    why = compare_file(path)
    fact(f"cat equals pyarrow: {os.path.basename(path)}", why is None, why)
finish("cat")
