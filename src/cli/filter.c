/* --where and --explain; see filter.h. */
#include "cli/filter.h"

#include <string.h>

#include "cli/report.h"

enum { FILTER_LINES = 1000 /* stretches that are told one by one */ };

static void filter_skipped(void *ctx, const inlay_skip *skip)
{
    static const char *const reasons[] = {[INLAY_SKIP_STATISTICS] = "statistics",
                                          [INLAY_SKIP_BLOOM] = "bloom filter",
                                          [INLAY_SKIP_PAGES] = "column index"};
    struct filter *f = ctx;
    char path[200] = "the predicate";
    const inlay_schema *schema = inlay_reader_schema(f->in->reader);
    if (f->told++ >= FILTER_LINES)
        return;
    if (skip->leaf >= 0)
        inlay_schema_path(schema, inlay_schema_leaf_node(schema, (uint32_t)skip->leaf), path, sizeof path);
    report_note("%s: row group %lu: skipped %s %lld to %lld by %s of %s", f->in->path,
                (unsigned long)skip->row_group,
                skip->reason == INLAY_SKIP_PAGES ? "pages with rows" : "all of rows",
                (long long)skip->first_row, (long long)(skip->first_row + skip->n_rows - 1),
                reasons[skip->reason], path);
}

/* The text from where the fault is, cut short. */
static int filter_refuse(const struct files_input *in, const char *text)
{
    const inlay_error *e = &in->env->error;
    size_t at = e->at > 0 ? (size_t)e->at : 0, n = strlen(text);
    if (e->status != INLAY_ARG && e->status != INLAY_LIMIT)
        return report_failure(in->path, e);
    if (at >= n)
        return report_usage("%s: --where: %s, at its end", in->path, e->what);
    return report_usage("%s: --where: %s%s%s, at '%.40s%s'", in->path, e->what, e->column[0] ? ": " : "",
                        e->column, text + at, n - at > 40 ? "..." : "");
}

int filter_open(struct filter *f, const struct files_input *in, const char *text, bool explain)
{
    inlay_where_options options = {.skipped = explain ? filter_skipped : NULL, .ctx = f};
    *f = (struct filter){.in = in, .explain = explain};
    if (inlay_where_open(in->env, in->reader, text, &options, &f->where) != INLAY_OK)
        return filter_refuse(in, text);
    return REPORT_DONE;
}

int filter_next(struct filter *f, int64_t *first, int64_t *n)
{
    inlay_status status = inlay_where_next(f->where, first, n);
    if (status == INLAY_OK)
        return REPORT_DONE;
    *n = 0;
    return status == INLAY_END ? REPORT_DONE : report_failure(f->in->path, &f->in->env->error);
}

void filter_close(struct filter *f)
{
    if (f->where && f->explain) {
        inlay_where_counts c = inlay_where_counted(f->where);
        if (f->told > FILTER_LINES)
            report_note("%s: and %llu more stretches", f->in->path,
                        (unsigned long long)(f->told - FILTER_LINES));
        report_note("%s: %llu row groups: %llu skipped by statistics, %llu by bloom filters; of %llu rows in "
                    "the others %llu skipped by column indexes, %llu tested, %llu given",
                    f->in->path, (unsigned long long)c.row_groups,
                    (unsigned long long)c.row_groups_by_statistics,
                    (unsigned long long)c.row_groups_by_bloom, (unsigned long long)c.rows,
                    (unsigned long long)c.rows_by_pages, (unsigned long long)c.rows_tested,
                    (unsigned long long)c.rows_given);
    }
    inlay_where_close(f->where);
    f->where = NULL;
}
