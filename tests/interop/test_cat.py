"""`inlay cat` against pyarrow, cell by cell: all recordings, all corpus files that pyarrow reads."""
import os
from judge import *

# Files where the JSON mapping and pyarrow's types differ on purpose, or a judge is wrong. Each with its
# reason; DESIGN.md says more.
DIFFERS = {
    "int96_from_spark.parquet": "INT96 beyond 64-bit nanoseconds: pyarrow wraps, we keep every day",
    "large_string_map.brotli.parquet": "one value of 1 GiB: beyond the default page limit",
    "map_no_value.parquet": "a map without values: pyarrow makes a list of keys, the mapping keeps {key, value}",
}

recordings = files("data/recordings/*.parquet")
if not recordings:
    skip("recordings", "the corpus is absent (set CORPUS)")
for path in recordings:
    why = compare_file(path)
    fact(f"cat equals pyarrow: {os.path.basename(path)}", why is None, why)

for path in files("corpus/parquet-testing/data/*.parquet", "corpus/parquet-testing/data/geospatial/*.parquet",
                  "corpus/parquet-testing/shredded_variant/*.parquet"):
    name = os.path.basename(path)
    if name in DIFFERS:
        skip(name, DIFFERS[name])
        continue
    try:
        import pyarrow.parquet as pq
        pq.ParquetFile(path).read()
    except Exception as e:
        skip(name, f"pyarrow does not read it: {str(e).splitlines()[0][:80]}")
        continue
    if "corrupt-checksum" in name:
        r = inlay("cat", path, check=False)
        fact(f"wrong checksum is refused: {name}", r.returncode == 1 and b"checksum" in r.stderr)
        continue
    try:
        why = compare_file(path)
    except Exception as e:
        why = str(e)
    fact(f"cat equals pyarrow: {name}", why is None, why)
finish("cat")
