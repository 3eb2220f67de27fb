/* Verifying a file: footer, row groups, then column after column. */
#include "inlay/verify.h"

#if INLAY_VERIFY

#include "verify/chunk.h"
#include "verify/rule.h"
#include "verify/sorting.h"

/* ---- chunks that lie on each other ---- */

struct verify_span {
    int64_t start, end;
    uint32_t row_group, leaf;
};

/* Sink the first of n spans to its place in the heap below it (largest start on top). */
static void verify_sift(struct verify_span *a, size_t at, size_t n)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && a[child + 1].start > a[child].start)
            child++;
        if (a[at].start >= a[child].start)
            return;
        struct verify_span swap = a[at];
        a[at] = a[child];
        a[child] = swap;
    }
}

static void verify_overlaps(struct verify *v, struct verify_span *a, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        verify_sift(a, i, n);
    for (size_t i = n; i-- > 1;) {
        struct verify_span swap = a[0];
        a[0] = a[i];
        a[i] = swap;
        verify_sift(a, 0, i);
    }
    for (size_t i = 1; i < n && !v->stopped; i++) {
        if (a[i].start >= a[i - 1].end)
            continue;
        rule_place(v, (int32_t)a[i].row_group, a[i].leaf);
        v->here.at = a[i].start;
        rule_broken(v, RULE_CHUNK_OVERLAP);
    }
}

/* ---- metadata ---- */

static inlay_status verify_group(struct verify *v, uint32_t row_group, struct buf *spans, int64_t *rows)
{
    inlay_row_group group;
    inlay_chunk chunk;
    int64_t raw = 0;
    uint32_t leaves = inlay_schema_leaves(v->schema);
    rule_place(v, (int32_t)row_group, -1);
    inlay_status status = inlay_reader_row_group(v->reader, row_group, &group);
    if (status != INLAY_OK)
        return rule_failure(v, RULE_GROUP_FORM, status);
    v->counts->row_groups++;
    *rows += group.n_rows;
    for (uint32_t leaf = 0; leaf < leaves; leaf++) {
        status = inlay_reader_chunk(v->reader, row_group, leaf, &chunk);
        if (status == INLAY_IO || status == INLAY_NOMEM)
            return status;
        if (status != INLAY_OK) {
            raw = -1;
            continue; /* told when it is examined */
        }
        if (raw >= 0 && chunk.uncompressed_bytes <= INT64_MAX - raw)
            raw += chunk.uncompressed_bytes;
        v->all_bytes += (uint64_t)chunk.compressed_bytes;
        struct verify_span span = {chunk.start_at, chunk.start_at + chunk.compressed_bytes, row_group, leaf};
        if (v->options->deep && chunk.n_levels > 0)
            buf_append(spans, &span, sizeof span);
        TRY(spans->status);
    }
    if (v->options->deep && raw >= 0)
        rule_same(v, RULE_GROUP_BYTES, group.total_bytes, raw);
    return INLAY_OK;
}

static inlay_status verify_metadata(struct verify *v)
{
    struct buf spans;
    int64_t rows = 0;
    uint32_t groups = inlay_reader_row_groups(v->reader), leaves = inlay_schema_leaves(v->schema);
    inlay_status status = INLAY_OK;
    buf_init(&spans, v->env);
    for (uint32_t i = 0; i < groups && status == INLAY_OK && !v->stopped; i++)
        status = verify_group(v, i, &spans, &rows);
    if (status == INLAY_OK && v->counts->row_groups == groups) {
        rule_place(v, -1, -1);
        rule_same(v, RULE_FILE_ROWS, inlay_reader_footer_rows(v->reader), rows);
        uint32_t orders = inlay_reader_orders(v->reader);
        if (v->options->deep && orders)
            rule_same(v, RULE_FILE_ORDERS, orders, leaves);
        verify_overlaps(v, (struct verify_span *)(void *)spans.data, spans.bytes / sizeof(struct verify_span));
    }
    buf_free(&spans);
    return status;
}

/* ---- values ---- */

static void verify_progress(struct verify *v)
{
    const inlay_verify_options *o = v->options;
    if (o->progress && o->progress(o->ctx, v->counts->bytes, v->all_bytes) != 0)
        v->stopped = true;
}

static inlay_status verify_column(struct verify *v, uint32_t leaf)
{
    struct chunk_check check;
    inlay_status status = INLAY_OK;
    chunk_check_init(&check, v, leaf);
    for (uint32_t i = 0; i < inlay_reader_row_groups(v->reader) && status == INLAY_OK && !v->stopped; i++) {
        status = chunk_check_run(&check, i);
        verify_progress(v);
    }
    chunk_check_free(&check);
    return status;
}

static inlay_status verify_sorting(struct verify *v)
{
    inlay_row_group group;
    for (uint32_t i = 0; i < inlay_reader_row_groups(v->reader) && !v->stopped; i++)
        if (inlay_reader_row_group(v->reader, i, &group) == INLAY_OK && group.n_sorting > 0)
            TRY(sorting_check(v, i, &group));
    return INLAY_OK;
}

inlay_status inlay_verify(inlay_env *env, inlay_reader *reader, const inlay_verify_options *options,
                          inlay_verify_counts *counts)
{
    struct verify v = {.env = env,
                       .reader = reader,
                       .schema = inlay_reader_schema(reader),
                       .options = options,
                       .counts = counts};
    *counts = (inlay_verify_counts){0};
    inlay_status status = verify_metadata(&v);
    for (uint32_t i = 0; i < inlay_schema_leaves(v.schema) && status == INLAY_OK && !v.stopped; i++)
        status = verify_column(&v, i);
    if (status == INLAY_OK && options->deep && !v.stopped)
        status = verify_sorting(&v);
    return status == INLAY_OK && v.stopped ? INLAY_END : status;
}

#endif
