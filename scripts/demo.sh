#!/bin/sh
# The main job, on this machine: three nodes record themselves, one file comes out.
set -eu
BUILD=${BUILD:-build}
inlay=$BUILD/inlay
folder=$BUILD/demo
seconds=${DEMO_SECONDS:-4}
rm -rf "$folder"
mkdir -p "$folder"
bytes() { wc -c < "$1" | tr -d ' '; }

echo "1. Three nodes record this machine for $seconds seconds: cpu, memory, disks, network, load, pressure."
echo "   (one machine plays all three; on yours each would run \`inlay record\` for itself)"
for node in alpha beta gamma; do
    "$inlay" record -o "$folder/$node.parquet" --node $node --duration ${seconds}s --interval 100ms --quiet &
done
wait
for node in alpha beta gamma; do
    printf '   %-24s %8s bytes\n' "$folder/$node.parquet" "$(bytes "$folder/$node.parquet")"
done

echo
echo "2. Merge: one sorted file, row groups cut where the metric changes (here at 4,000 rows)."
echo "   \$ inlay merge $folder/*.parquet -o $folder/all.parquet --row-group-rows 4000"
"$inlay" merge "$folder/alpha.parquet" "$folder/beta.parquet" "$folder/gamma.parquet" \
    -o "$folder/all.parquet" --row-group-rows 4000 | sed 's/^/   /'

echo
echo "3. What is in it: every metric lies in row groups of its own, so a query for one metric reads one."
"$inlay" info "$folder/all.parquet" | sed 's/^/   /'

echo
echo "4. Every page decoded again, every checksum verified:"
"$inlay" verify "$folder/all.parquet" | sed 's/^/   /'

echo
echo "Next, try:"
echo "   $inlay head -n 5 $folder/all.parquet --columns metric_name,timestamp_secs,node,value --format table"
echo "   $inlay cat $folder/all.parquet --format csv > all.csv"
echo "   $inlay meta $folder/all.parquet"
echo "   $inlay melt YOUR-RECORDING.parquet -o long.parquet"
echo "   $inlay help merge"
