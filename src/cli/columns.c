/* Columns named on the command line; see columns.h. */
#include "cli/columns.h"

#include <stdlib.h>
#include <string.h>

#include "cli/report.h"
#include "cli/rows.h"

static int columns_none(const inlay_schema *schema, const char *path, const char *name)
{
    enum { MOST = 1000, BYTES = 160 };
    const char *names[MOST], *hint = NULL;
    char *paths = calloc(MOST, BYTES);
    uint32_t n = 0, nodes = inlay_schema_nodes(schema);
    for (uint32_t node = 1; paths && node < nodes && n < MOST; node++, n++) {
        names[n] = paths + n * BYTES;
        inlay_schema_path(schema, node, paths + n * BYTES, BYTES);
    }
    hint = options_nearest(name, names, n);
    if (hint)
        report_usage("%s: no column '%s'; did you mean '%s'?", path, name, hint);
    else
        report_usage("%s: no column '%s'; see 'inlay schema'", path, name);
    free(paths);
    return REPORT_USAGE;
}

int columns_want(const struct files_input *in, const char *item, bool *wanted)
{
    return columns_want_in(inlay_reader_schema(in->reader), in->path, item, wanted);
}

int columns_want_in(const inlay_schema *schema, const char *path, const char *item, bool *wanted)
{
    if (rows_select(schema, item, strlen(item), wanted))
        return REPORT_DONE;
    for (const char *at = item;;) {
        size_t len = strcspn(at, ",");
        if (!rows_select(schema, at, len, wanted)) {
            char name[160];
            return columns_none(
                schema, path, report_safe(name, sizeof name, (inlay_bytes){(const uint8_t *)at, len}));
        }
        if (!at[len])
            return REPORT_DONE;
        at += len + 1;
    }
}
