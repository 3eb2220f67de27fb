/* Options of rewrite, column by column; see rewrite.h. */
#include "cli/rewrite.h"

#if INLAY_WRITE

#include <stdlib.h>
#include <string.h>

#include "cli/columns.h"
#include "cli/report.h"

/* The writer's name for a codec of parquet.thrift: LZ4 of Hadoop becomes lz4_raw, LZO cannot be read anyway. */
static const char *rewrite_codec(int32_t id)
{
    static const char *const names[] = {"none", "snappy", "gzip", "zstd", "brotli", "lz4_raw", "zstd", "lz4_raw"};
    return id >= 0 && (size_t)id < sizeof names / sizeof *names ? names[id] : "zstd";
}

/* "VALUE" or "COLUMN=VALUE": the last = counts, since names may hold one. `into`: the member of the options. */
static int rewrite_option(const struct files_input *in, const char *item, inlay_column_options *columns,
                          bool *wanted, size_t into)
{
    uint32_t n = inlay_schema_leaves(inlay_reader_schema(in->reader));
    const char *equals = strrchr(item, '=');
    memset(wanted, !equals, n);
    if (equals) {
        char *name = malloc((size_t)(equals - item) + 1);
        if (!name)
            return report_memory();
        memcpy(name, item, (size_t)(equals - item));
        name[equals - item] = '\0';
        int code = columns_want(in, name, wanted);
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
static int rewrite_bloom(const struct files_input *in, const char *item, inlay_column_options *columns,
                         bool *wanted)
{
    uint32_t n = inlay_schema_leaves(inlay_reader_schema(in->reader));
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
    int code = columns_want(in, name, wanted);
    free(name);
    if (code == REPORT_DONE && (!(share > 0) || share >= 1))
        code = report_usage("--bloom wants a share of false positives between 0 and 1, not '%s'", item);
    for (uint32_t i = 0; i < n && code == REPORT_DONE; i++)
        if (wanted[i])
            columns[i].bloom_fpp = share;
    return code;
}

int rewrite_columns(const struct rewrite_settings *s, const struct files_input *in,
                    inlay_column_options *columns, const char **encoding)
{
    uint32_t n = inlay_schema_leaves(inlay_reader_schema(in->reader));
    bool *wanted = calloc(n + 1u, sizeof *wanted);
    int code = wanted ? REPORT_DONE : report_memory();
    for (uint32_t i = 0; i < n && code == REPORT_DONE; i++) {
        inlay_chunk chunk;
        columns[i] = (inlay_column_options){.leaf = i};
        if (!s->profile && inlay_reader_row_groups(in->reader) > 0 &&
            inlay_reader_chunk(in->reader, 0, i, &chunk) == INLAY_OK)
            columns[i].codec = rewrite_codec(chunk.codec);
    }
    for (size_t i = 0; i < s->codecs.n && code == REPORT_DONE; i++)
        code = rewrite_option(in, s->codecs.items[i], columns, wanted, offsetof(inlay_column_options, codec));
    *encoding = NULL;
    for (size_t i = 0; i < s->encodings.n && code == REPORT_DONE; i++) {
        if (!strchr(s->encodings.items[i], '=')) /* for all that can take it */
            *encoding = s->encodings.items[i];
        else
            code = rewrite_option(in, s->encodings.items[i], columns, wanted,
                                  offsetof(inlay_column_options, encoding));
    }
    for (size_t i = 0; i < s->blooms.n && code == REPORT_DONE; i++)
        code = rewrite_bloom(in, s->blooms.items[i], columns, wanted);
    free(wanted);
    return code;
}

#endif
