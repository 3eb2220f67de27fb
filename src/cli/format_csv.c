/* CSV, RFC 4180 with lines that end in LF: a header line, then one line a row. A null is an empty
 * field, an empty string is "". Nested values are their JSON text. */
#include <string.h>

#include "cli/format.h"

static const char *format_csv_begin(struct format_run *run, const struct rows *rows)
{
    struct out *names = &run->scratch;
    names->used = 0;
    for (uint32_t i = 0; i < rows->n_fields; i = rows->fields[i].end) {
        if (i > 0)
            out_char(names, ',');
        print_csv(names, rows_name(rows, &rows->fields[i]));
    }
    out_char(names, '\n');
    if (run->begun)
        return names->used == run->header.used &&
                       memcmp(names->data, run->header.data, names->used) == 0
                   ? NULL
                   : "its columns are not those of the first file; --format jsonl can mix files";
    run->begun = true;
    out_bytes(&run->header, names->data, names->used);
    out_bytes(run->out, names->data, names->used);
    return NULL;
}

static bool format_csv_row(struct format_run *run, struct rows *rows)
{
    const struct rows_field *f = rows->fields, *end = f + rows->n_fields;
    while (f < end) {
        if (f != rows->fields)
            out_char(run->out, ',');
        if (f->kind == ROWS_FLAT) {
            rows_cell(rows, f, run->out);
        } else {
            run->scratch.used = 0;
            if (rows_cell(rows, f, &run->scratch))
                print_csv(run->out,
                          (inlay_bytes){(const uint8_t *)run->scratch.data, run->scratch.used});
        }
        if (rows->failed)
            return false;
        f = rows->fields + f->end;
    }
    out_char(run->out, '\n');
    return true;
}

static void format_csv_end(struct format_run *run)
{
    (void)run;
}

const struct format format_csv = {"csv", PRINT_CSV, format_csv_begin, format_csv_row,
                                  format_csv_end};
