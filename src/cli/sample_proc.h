/* What this machine is doing, from /proc: one call takes one sample of everything.
 *
 * Each file of /proc has a reader in a table; a file that is absent (pressure in old kernels, disks
 * in a container) is passed over. Metrics, with the labels of their own beside node and tags:
 *
 *   cpu_usage {cpu,state}, cpu_usage_total {state}       ticks, mostly 1/100 s      stat
 *   context_switches, interrupts, softirqs, forks        counts                     stat
 *   processes {state}                                    now                        stat
 *   memory_bytes {kind}, memory_pages {kind}             now                        meminfo
 *   blockio_operations, blockio_bytes,
 *   blockio_milliseconds {disk,op}                       sums                       diskstats
 *   blockio_in_flight, blockio_busy_milliseconds {disk}  now, sum                   diskstats
 *   network_bytes, network_packets, network_errors,
 *   network_drops {interface,direction}                  sums                       net/dev
 *   load_average {minutes}, tasks {state}                now                        loadavg
 *   pressure_microseconds {resource,kind}                sum                        pressure/ *
 *   pressure_percent {resource,kind,seconds}             average                    pressure/ *
 *   vm_events {event}                                    counts                     vmstat
 *   uptime_seconds                                       now                        uptime
 *
 * Source: Linux, Documentation/filesystems/proc.rst, admin-guide/iostats.rst, accounting/psi.rst.
 */
#ifndef INLAY_CLI_SAMPLE_PROC_H
#define INLAY_CLI_SAMPLE_PROC_H

#include "inlay/recording.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

enum { SAMPLE_OWN_LABELS = 3 };

struct sample {
    inlay_long *table;
    const char *root;    /* "/proc" */
    inlay_label *labels; /* n_common, then room for SAMPLE_OWN_LABELS */
    size_t n_common;     /* labels that every series has */
    uint64_t timestamp_secs;
    uint64_t n_samples;
    uint32_t n_series;
    inlay_status status; /* the table's first failure; nothing is added after it */
    int os_error;        /* why the last file could not be read; 0 = none */
    char *buffer;
    size_t capacity;
};

/* Add a sample of everything at timestamp_secs. */
void sample_take(struct sample *s);
void sample_free(struct sample *s);

#endif
#endif
