#!/bin/sh
# Floors of DESIGN.md, from the #include lines: a file includes what lies below it, never beside or above.
# Floors 5 and up see the public headers and base; the command line sees the public headers.
set -u
grep -n '#include "' src/*/*.[ch] include/inlay/*.h | awk '
BEGIN {
    split("base 1 thrift 2 codec 2 encoding 2 format 3 arrow 4 verify 5 where 5 merge 5 events 5 recording 6 import 6 agg 6 store 6 cli 7",
          f, " ")
    for (i = 1; i in f; i += 2)
        floor[f[i]] = f[i + 1]
}
{
    split($0, part, ":")
    file = part[1]
    match($0, /"[^"]*"/)
    target = substr($0, RSTART + 1, RLENGTH - 2)
    n = split(file, dir, "/")
    from = dir[1] == "include" ? "include" : dir[2]
    to = target
    sub(/\/.*/, "", to)
    if (target !~ /\//)
        to = from # a neighbour of the same folder
    if (to == "inlay" || to == from)
        next
    why = ""
    if (from == "include")
        why = "a public header names a private one"
    else if (!(to in floor))
        why = "no such floor"
    else if (floor[from] == 7)
        why = "the command line sees include/ only"
    else if (floor[from] >= 5 && to != "base")
        why = "floors 5 and up use the public headers and base"
    else if (floor[to] >= floor[from])
        why = "not below"
    if (why != "") {
        print file ":" part[2] ": " from " includes " target ": " why
        bad = 1
    }
}
END {exit bad}'
