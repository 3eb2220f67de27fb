/* Output formats of cat, head and tail: a table of structs, one file each. */
#ifndef INLAY_CLI_FORMAT_H
#define INLAY_CLI_FORMAT_H

#include "cli/rows.h"

struct format_grid;

struct format_run {
    struct out *out;
    struct out header;          /* column names of the first file, as printed */
    struct out scratch;         /* one cell */
    struct format_grid *grid;   /* format_table.c's own */
    unsigned terminal_columns;  /* 0 = not a terminal: nothing is cut */
    bool begun;
};

struct format {
    const char *name;
    enum print_flavour flavour;
    /* A file's rows follow. Returns NULL, or why they cannot follow those of the file before. */
    const char *(*begin)(struct format_run *run, const struct rows *rows);
    bool (*row)(struct format_run *run, struct rows *rows); /* false: rows->failed */
    void (*end)(struct format_run *run);                    /* after the last row of all */
};

extern const struct format format_jsonl, format_csv, format_table;

/* NULL when there is none of that name. */
const struct format *format_by_name(const char *name);

#endif
