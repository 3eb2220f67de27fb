# record: a machine made of text files, then this one.
. tests/cli/lib.sh
proc=$work/proc
mkdir -p "$proc/net" "$proc/pressure"
cat > "$proc/stat" << 'END'
cpu  11 12 13 14 15 16 17 18 19 20
cpu0 1 2 3 4 5 6 7 8 9 10 77
cpu1 10 10 10 10
intr 900 1 2 3
ctxt 800
btime 1700000000
processes 70
procs_running 2
procs_blocked 1
softirq 600 1 2
END
printf 'MemTotal:       2048 kB\nHugePages_Total:       3\nBroken kB\n' > "$proc/meminfo"
cat > "$proc/diskstats" << 'END'
   7       0 loop0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0
   8       0 sda 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17
   8       1 old 1 2 3 4 5 6 7 8 0 10 11
garbage
END
cat > "$proc/net/dev" << 'END'
Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    101     102    103    104    0     0          0         0     201     202    203    204    0     0       0          0
END
printf '0.24 0.08 12.5 1/95 9601\n' > "$proc/loadavg"
printf 'some avg10=0.78 avg60=0.22 avg300=0.00 total=7480610\nother x\n' > "$proc/pressure/io"
printf 'nr_free_pages 5\npgfault 41\noom_kill 2\n' > "$proc/vmstat"
printf '3830.91 7550.62\n' > "$proc/uptime"

# "metric,labels...,value" of every sample
samples() {
    "$INLAY" cat -c metric_name,cpu,disk,direction,interface,kind,op,state,value "$1" |
        sed 's/"[a-z_]*":null,*//g; s/"[a-z_]*"://g; s/[{}"]//g' | sort
}
run "$INLAY" record -o "$work/one.parquet" --proc "$proc" --duration 1ms --interval 1ms --node n1 --tag env=prod
fact "record says what it did" 0 '^recorded 1 sample of [0-9]+ series of n1 into .*one.parquet: [0-9]+ rows, 1 row group, '
samples "$work/one.parquet" > "$work/got"
has() { holds "$1" grep -qx "$2" "$work/got"; }
has "ticks of a processor by state" 'cpu_usage,0,guest_nice,10.0'
has "ticks of a processor with fewer states" 'cpu_usage,1,idle,10.0'
has "ticks of the whole machine" 'cpu_usage_total,steal,18.0'
holds "a state that has no name yet is passed over" sh -c '! grep -q ",77.0" "$1"' sh "$work/got"
has "context switches" 'context_switches,800.0'
has "interrupts, the sum of them" 'interrupts,900.0'
has "processes that wait" 'processes,blocked,1.0'
has "memory in bytes" 'memory_bytes,MemTotal,2097152.0'
has "memory in pages" 'memory_pages,HugePages_Total,3.0'
has "bytes read from a disk, from sectors" 'blockio_bytes,sda,read,1536.0'
has "bytes discarded on a disk" 'blockio_bytes,sda,discard,7168.0'
has "flushes of a disk" 'blockio_operations,sda,flush,16.0'
has "a disk of an older kernel" 'blockio_operations,old,write,5.0'
holds "a disk that never did anything is passed over" sh -c '! grep -q loop0 "$1"' sh "$work/got"
has "bytes received" 'network_bytes,receive,lo,101.0'
has "packets dropped on the way out" 'network_drops,transmit,lo,204.0'
has "load average" 'load_average,12.5'
has "tasks" 'tasks,all,95.0'
has "pressure, the sum" 'pressure_microseconds,some,7480610.0'
has "pressure, an average" 'pressure_percent,some,0.78'
has "events of the memory manager" 'vm_events,2.0'
has "uptime" 'uptime_seconds,3830.91'
"$INLAY" cat -c node,env --format csv "$work/one.parquet" | sort -u > "$work/labels"
printf 'env,node\nprod,n1\n' > "$work/want"
same "node and tags are labels of every series" "$work/want" "$work/labels"
run "$INLAY" info "$work/one.parquet"
fact "the sort key is announced" 0 'qh.sort_fields'

run "$INLAY" record -q -o "$work/many.parquet" --proc "$proc" --duration 100ms --interval 10ms
fact "record --quiet" 0
holds "record --quiet says nothing" test ! -s "$work/out" -a ! -s "$work/err"
"$INLAY" cat -c metric_name "$work/many.parquet" | grep -c uptime > "$work/n"
holds "samples within a second are all kept" sh -c '[ "$(cat "$1")" -ge 2 ]' sh "$work/n"
run "$INLAY" merge -q "$work/one.parquet" "$work/many.parquet" -o "$work/all.parquet"
fact "recordings merge" 0

# arguments
refused() { # refused NAME EXIT ERROR ARGUMENT...
    name=$1 want=$2 error=$3
    shift 3
    run "$INLAY" record -o "$work/bad.parquet" --proc "$proc" --duration 1ms "$@"
    fact "$name" "$want" '' "$error"
    holds "$name: nothing is left" sh -c '! ls -A "$1" | grep -q bad.parquet' sh "$work"
}
refused "an interval of nothing" 2 '--interval wants a time' --interval 0
refused "an interval in no unit we know" 2 '--interval wants a time' --interval 1d
refused "a tag without a value" 2 '--tag wants KEY=VALUE' --tag env
refused "a tag that a sampler uses itself" 2 'stands twice' --tag cpu=7
refused "a tag that names a fixed column" 2 'fixed column' --tag value=7
refused "a folder that is no /proc" 3 'nothing to sample there' --proc "$work/none"
refused "a file too many" 2 'named by -o' "$work/other.parquet"
run "$INLAY" record --proc "$proc"
fact "no output" 2 '' 'give -o FILE'

# told to stop
stopped() { # stopped SIGNAL: exit code in $status
    rm -f "$work/stop.parquet"
    "$INLAY" record -q -o "$work/stop.parquet" --proc "$proc" --interval 20ms &
    pid=$!
    for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
        ls -A "$work" | grep -q 'stop.*\.tmp$' && break
        sleep 0.1
    done
    sleep 0.2
    kill -"$1" $pid
    wait $pid
    status=$?
}
stopped TERM
fact "a signal ends a recording well" 0
run "$INLAY" verify "$work/stop.parquet"
fact "and the file is whole" 0 ': ok'

if [ -r /proc/stat ]; then
    run "$INLAY" record -o "$work/here.parquet" --duration 20ms --interval 10ms
    fact "this machine" 0 '^recorded [12] samples? of [0-9,]+ series'
    run "$INLAY" verify "$work/here.parquet"
    fact "this machine, verified" 0 ': ok'
fi
finish
