/* Options of what is written, column by column; see rewrite.h. */
#include "cli/rewrite.h"

#if INLAY_WRITE

#include <stdlib.h>
#include <string.h>

#include "cli/columns.h"
#include "cli/report.h"

/* "VALUE" or "COLUMN=VALUE": the last = counts, since names may hold one. `into`: the member of the options. */
static int rewrite_option(const inlay_schema *schema, const char *path, const char *item,
                          inlay_column_options *columns, bool *wanted, size_t into)
{
    uint32_t n = inlay_schema_leaves(schema);
    const char *equals = strrchr(item, '=');
    memset(wanted, !equals, n);
    if (equals) {
        char *name = malloc((size_t)(equals - item) + 1);
        if (!name)
            return report_memory();
        memcpy(name, item, (size_t)(equals - item));
        name[equals - item] = '\0';
        int code = columns_want_in(schema, path, name, wanted);
        free(name);
        if (code != REPORT_DONE)
            return code;
    }
    const char *value = equals ? equals + 1 : item;
    for (uint32_t i = 0; i < n; i++)
        if (wanted[i])
            memcpy((char *)&columns[i] + into, &value, sizeof value);
    return REPORT_DONE;
}

/* "COLUMN" or "COLUMN=0.01". */
static int rewrite_bloom(const inlay_schema *schema, const char *path, const char *item,
                         inlay_column_options *columns, bool *wanted)
{
    uint32_t n = inlay_schema_leaves(schema);
    const char *equals = strrchr(item, '=');
    char *end = NULL, *name = malloc(strlen(item) + 1);
    double share = equals ? strtod(equals + 1, &end) : 0.01;
    if (!name)
        return report_memory();
    bool number = equals && end != equals + 1 && *end == '\0';
    memcpy(name, item, strlen(item) + 1);
    if (number)
        name[equals - item] = '\0';
    memset(wanted, 0, n);
    int code = columns_want_in(schema, path, name, wanted);
    free(name);
    if (code == REPORT_DONE && (!(share > 0) || share >= 1))
        code = report_usage("--bloom wants a share of false positives between 0 and 1, not '%s'", item);
    for (uint32_t i = 0; i < n && code == REPORT_DONE; i++)
        if (wanted[i])
            columns[i].bloom_fpp = share;
    return code;
}

int rewrite_check(const struct rewrite_choices *s, const char *command)
{
    if (s->page_version <= 2 && s->page_rows <= INT32_MAX && s->page_bytes <= INT32_MAX)
        return REPORT_DONE;
    return report_usage("%s: page versions are 1 and 2, sizes of pages below 2 GiB", command);
}

int rewrite_columns(const struct rewrite_choices *s, const inlay_schema *schema, const char *path,
                    inlay_column_options *columns, inlay_write_options *options)
{
    uint32_t n = inlay_schema_leaves(schema);
    bool *wanted = calloc(n + 1u, sizeof *wanted);
    int code = wanted ? REPORT_DONE : report_memory();
    *options = (inlay_write_options){.profile = s->profile, .page_rows = (size_t)s->page_rows,
                                     .page_bytes = (size_t)s->page_bytes,
                                     .page_version = (uint32_t)s->page_version, .columns = columns, .n_columns = n};
    for (uint32_t i = 0; i < n; i++)
        columns[i].leaf = i;
    for (size_t i = 0; i < s->codecs.n && code == REPORT_DONE; i++)
        code = rewrite_option(schema, path, s->codecs.items[i], columns, wanted,
                              offsetof(inlay_column_options, codec));
    for (size_t i = 0; i < s->encodings.n && code == REPORT_DONE; i++) {
        if (!strchr(s->encodings.items[i], '=')) /* for all that can take it */
            options->encoding = s->encodings.items[i];
        else
            code = rewrite_option(schema, path, s->encodings.items[i], columns, wanted,
                                  offsetof(inlay_column_options, encoding));
    }
    for (size_t i = 0; i < s->blooms.n && code == REPORT_DONE; i++)
        code = rewrite_bloom(schema, path, s->blooms.items[i], columns, wanted);
    free(wanted);
    return code;
}

#endif
