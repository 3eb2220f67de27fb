/* What this machine is doing, from /proc; see sample_proc.h. */
#include "cli/sample_proc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/print.h"
#include "cli/sample_text.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

#define SAMPLE_TEXT(text) ((inlay_bytes){(const uint8_t *)(text), strlen(text)})

/* ---- out: a sample of one series ---- */

static void sample_label(struct sample *s, size_t i, const char *key, inlay_bytes value)
{
    s->labels[s->n_common + i] = (inlay_label){SAMPLE_TEXT(key), value};
}

/* With the first n_own of the labels that were set. */
static void sample_put(struct sample *s, const char *metric, uint8_t metric_type, size_t n_own,
                       double value)
{
    uint32_t series;
    if (s->status != INLAY_OK)
        return;
    s->status = inlay_long_series(s->table, SAMPLE_TEXT(metric), metric_type, s->labels,
                                  s->n_common + n_own, &series);
    if (s->status != INLAY_OK)
        return;
    if (series >= s->n_series)
        s->n_series = series + 1;
    s->status = inlay_long_add(s->table, series, s->timestamp_secs, value);
    s->n_samples += s->status == INLAY_OK;
}

static void sample_sum(struct sample *s, const char *metric, size_t n_own, double value)
{
    sample_put(s, metric, INLAY_METRIC_SUM, n_own, value);
}
static void sample_gauge(struct sample *s, const char *metric, size_t n_own, double value)
{
    sample_put(s, metric, INLAY_METRIC_GAUGE, n_own, value);
}

/* Names of disks and interfaces are any bytes; a label is UTF-8. */
static bool sample_is_label(inlay_bytes text)
{
    return text.len > 0 && print_is_utf8(text);
}

/* ---- stat ---- */

/* "cpu0 10 20 ...": ticks by state; newer kernels have more states at the end. */
static void sample_cpu(struct sample *s, inlay_bytes cpu, struct sample_text *line)
{
    static const char *const states[] = {"user", "nice",    "system", "idle",  "iowait",
                                         "irq",  "softirq", "steal",  "guest", "guest_nice"};
    uint64_t ticks;
    for (size_t i = 0; i < sizeof states / sizeof *states && sample_text_u64(line, &ticks); i++) {
        sample_label(s, 0, "state", SAMPLE_TEXT(states[i]));
        sample_label(s, 1, "cpu", cpu);
        if (cpu.len)
            sample_sum(s, "cpu_usage", 2, (double)ticks);
        else
            sample_sum(s, "cpu_usage_total", 1, (double)ticks);
    }
}

static void sample_stat(struct sample *s, struct sample_text *file, const char *what)
{
    static const struct {
        const char *word, *metric, *state;
    } counts[] = {{"ctxt", "context_switches", NULL},
                  {"intr", "interrupts", NULL},
                  {"softirq", "softirqs", NULL},
                  {"processes", "forks", NULL},
                  {"procs_running", "processes", "running"},
                  {"procs_blocked", "processes", "blocked"}};
    struct sample_text line;
    uint64_t count;
    (void)what;
    while (sample_text_line(file, &line)) {
        inlay_bytes word = sample_text_word(&line);
        if (word.len >= 3 && memcmp(word.data, "cpu", 3) == 0) {
            sample_cpu(s, (inlay_bytes){word.data + 3, word.len - 3}, &line);
            continue;
        }
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            if (!sample_text_is(word, counts[i].word) || !sample_text_u64(&line, &count))
                continue;
            if (counts[i].state) {
                sample_label(s, 0, "state", SAMPLE_TEXT(counts[i].state));
                sample_gauge(s, counts[i].metric, 1, (double)count);
            } else {
                sample_sum(s, counts[i].metric, 0, (double)count);
            }
        }
    }
}

/* ---- meminfo: "MemTotal:  24684092 kB", "HugePages_Total:  0" ---- */

static void sample_meminfo(struct sample *s, struct sample_text *file, const char *what)
{
    struct sample_text line;
    (void)what;
    while (sample_text_line(file, &line)) {
        inlay_bytes kind;
        uint64_t amount;
        if (!sample_text_until(&line, ':', &kind) || !sample_text_u64(&line, &amount) ||
            !sample_is_label(kind))
            continue;
        sample_label(s, 0, "kind", kind);
        if (sample_text_is(sample_text_word(&line), "kB"))
            sample_gauge(s, "memory_bytes", 1, (double)amount * 1024);
        else
            sample_gauge(s, "memory_pages", 1, (double)amount);
    }
}

/* ---- diskstats: major minor name, then up to 17 numbers ---- */

enum { SAMPLE_DISK_FIELDS = 17, SAMPLE_SECTOR_BYTES = 512 };

static void sample_disk(struct sample *s, inlay_bytes disk, const uint64_t *v, size_t n)
{
    static const struct {
        const char *op;
        uint8_t count, sectors, milliseconds; /* fields; 0 = not reported, but for reads */
    } ops[] = {
        {"read", 0, 2, 3}, {"write", 4, 6, 7}, {"discard", 11, 13, 14}, {"flush", 15, 0, 16}};
    sample_label(s, 0, "disk", disk);
    for (size_t i = 0; i < sizeof ops / sizeof *ops && ops[i].milliseconds < n; i++) {
        sample_label(s, 1, "op", SAMPLE_TEXT(ops[i].op));
        sample_sum(s, "blockio_operations", 2, (double)v[ops[i].count]);
        sample_sum(s, "blockio_milliseconds", 2, (double)v[ops[i].milliseconds]);
        if (ops[i].sectors)
            sample_sum(s, "blockio_bytes", 2, (double)v[ops[i].sectors] * SAMPLE_SECTOR_BYTES);
    }
    sample_gauge(s, "blockio_in_flight", 1, (double)v[8]);
    sample_sum(s, "blockio_busy_milliseconds", 1, (double)v[9]);
}

static void sample_diskstats(struct sample *s, struct sample_text *file, const char *what)
{
    struct sample_text line;
    (void)what;
    while (sample_text_line(file, &line)) {
        uint64_t v[SAMPLE_DISK_FIELDS], number, any = 0;
        size_t n = 0;
        if (!sample_text_u64(&line, &number) || !sample_text_u64(&line, &number))
            continue;
        inlay_bytes disk = sample_text_word(&line);
        while (n < SAMPLE_DISK_FIELDS && sample_text_u64(&line, &v[n]))
            any |= v[n++];
        if (any && n >= 10 &&
            sample_is_label(disk)) /* the many loop and ram disks have all zeros */
            sample_disk(s, disk, v, n);
    }
}

/* ---- net/dev: "eth0: " 8 numbers received, 8 transmitted ---- */

static void sample_network(struct sample *s, struct sample_text *file, const char *what)
{
    static const char *const metrics[] = {"network_bytes", "network_packets", "network_errors",
                                          "network_drops"};
    struct sample_text line;
    (void)what;
    while (sample_text_line(file, &line)) {
        inlay_bytes interface;
        uint64_t v[12];
        size_t n = 0;
        if (!sample_text_until(&line, ':', &interface) || !sample_is_label(interface))
            continue;
        while (n < 12 && sample_text_u64(&line, &v[n]))
            n++;
        sample_label(s, 0, "interface", interface);
        for (size_t i = 0; n == 12 && i < 4; i++) {
            sample_label(s, 1, "direction", SAMPLE_TEXT("receive"));
            sample_sum(s, metrics[i], 2, (double)v[i]);
            sample_label(s, 1, "direction", SAMPLE_TEXT("transmit"));
            sample_sum(s, metrics[i], 2, (double)v[8 + i]);
        }
    }
}

/* ---- loadavg: "0.24 0.08 0.02 1/95 9601" ---- */

static void sample_loadavg(struct sample *s, struct sample_text *file, const char *what)
{
    static const char *const minutes[] = {"1", "5", "15"};
    double load;
    inlay_bytes runnable;
    uint64_t all;
    (void)what;
    for (size_t i = 0; i < 3; i++) {
        if (!sample_text_decimal(sample_text_word(file), &load))
            return;
        sample_label(s, 0, "minutes", SAMPLE_TEXT(minutes[i]));
        sample_gauge(s, "load_average", 1, load);
    }
    if (!sample_text_until(file, '/', &runnable) || !sample_text_decimal(runnable, &load) ||
        !sample_text_u64(file, &all))
        return;
    sample_label(s, 0, "state", SAMPLE_TEXT("runnable"));
    sample_gauge(s, "tasks", 1, load);
    sample_label(s, 0, "state", SAMPLE_TEXT("all"));
    sample_gauge(s, "tasks", 1, (double)all);
}

/* ---- pressure: "some avg10=0.78 avg60=0.22 avg300=0.08 total=7480610" ---- */

static void sample_pressure(struct sample *s, struct sample_text *file, const char *resource)
{
    struct sample_text line;
    while (sample_text_line(file, &line)) {
        inlay_bytes kind = sample_text_word(&line), key;
        double value;
        if (!sample_text_is(kind, "some") && !sample_text_is(kind, "full"))
            continue;
        sample_label(s, 0, "resource", SAMPLE_TEXT(resource));
        sample_label(s, 1, "kind", kind);
        while (sample_text_until(&line, '=', &key) &&
               sample_text_decimal(sample_text_word(&line), &value)) {
            if (sample_text_is(key, "total")) {
                sample_sum(s, "pressure_microseconds", 2, value);
            } else if (key.len > 3 && memcmp(key.data, "avg", 3) == 0 && sample_is_label(key)) {
                sample_label(s, 2, "seconds", (inlay_bytes){key.data + 3, key.len - 3});
                sample_gauge(s, "pressure_percent", 3, value);
            }
        }
    }
}

/* ---- vmstat, uptime ---- */

static void sample_vmstat(struct sample *s, struct sample_text *file, const char *what)
{
    static const char *const events[] = {"pgfault", "pgmajfault", "pgpgin",   "pgpgout",
                                         "pswpin",  "pswpout",    "oom_kill", "allocstall_normal"};
    struct sample_text line;
    uint64_t count;
    (void)what;
    while (sample_text_line(file, &line)) {
        inlay_bytes event = sample_text_word(&line);
        for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
            if (!sample_text_is(event, events[i]) || !sample_text_u64(&line, &count))
                continue;
            sample_label(s, 0, "event", event);
            sample_sum(s, "vm_events", 1, (double)count);
        }
    }
}

static void sample_uptime(struct sample *s, struct sample_text *file, const char *what)
{
    double seconds;
    (void)what;
    if (sample_text_decimal(sample_text_word(file), &seconds))
        sample_gauge(s, "uptime_seconds", 0, seconds);
}

/* ---- all of them ---- */

static const struct sampler {
    const char *path;
    void (*read)(struct sample *s, struct sample_text *file, const char *what);
    const char *what;
} samplers[] = {
    {"stat", sample_stat, NULL},
    {"meminfo", sample_meminfo, NULL},
    {"diskstats", sample_diskstats, NULL},
    {"net/dev", sample_network, NULL},
    {"loadavg", sample_loadavg, NULL},
    {"pressure/cpu", sample_pressure, "cpu"},
    {"pressure/io", sample_pressure, "io"},
    {"pressure/memory", sample_pressure, "memory"},
    {"vmstat", sample_vmstat, NULL},
    {"uptime", sample_uptime, NULL},
};

void sample_take(struct sample *s)
{
    char path[4096];
    for (size_t i = 0; i < sizeof samplers / sizeof *samplers && s->status == INLAY_OK; i++) {
        struct sample_text text;
        int len = snprintf(path, sizeof path, "%s/%s", s->root, samplers[i].path);
        int failed = len < 0 || (size_t)len >= sizeof path
                         ? ENAMETOOLONG
                         : sample_text_read(path, &s->buffer, &s->capacity, &text);
        if (failed)
            s->os_error = failed;
        else
            samplers[i].read(s, &text, samplers[i].what);
    }
}

void sample_free(struct sample *s)
{
    free(s->buffer);
    s->buffer = NULL;
    s->capacity = 0;
}

#endif
