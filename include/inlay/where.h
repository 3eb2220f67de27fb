/* Rows that fulfil a predicate: row groups and pages that cannot hold any are skipped, the rest is tested.
 *
 *   text    comparison: NAME = | == | != | <> | < | <= | > | >= VALUE
 *           NAME [NOT] IN (VALUE, ...) · NAME [NOT] BETWEEN VALUE AND VALUE · NAME IS [NOT] NULL
 *           NAME [NOT] LIKE 'prefix%' · NAME ^= 'prefix' · NAME (a BOOLEAN column by itself)
 *           combined with NOT, AND, OR and parentheses; words in any case
 *   NAME    a dotted path, with or without the inner names of lists and maps ("tags", "tags.list.element");
 *           "in double quotes" where it is no identifier ("" = a quote); #7 is the leaf column with number 7
 *   VALUE   integers and decimals of any length, exact against integer and DECIMAL columns, rounded to the
 *           column's own precision against floating point; NAN, INF, -INF; TRUE, FALSE; 'text' ('' = a quote);
 *           X'00ff' bytes; '2026-01-31' for DATE; '2026-01-31T12:00:00.5Z' for TIMESTAMP and INT96;
 *           '12:00:00.5' for TIME; a bare integer for these is in the column's unit; UUID text for UUID
 *
 * Logic is SQL's: a comparison with null is unknown, and only rows for which the whole is true are given.
 * NaN equals NaN and lies above every number, as PostgreSQL and DuckDB have it; -0 equals 0.
 * A name inside a list or map means any of the row's values: a comparison is true if one value fulfils it, else
 * unknown if one is null, else false. IS NULL is true there if a value, or the list itself, is null, and
 * IS NOT NULL if there is a value.
 *
 * What the file claims (statistics, page index, bloom filters) is used only to skip, by the rules of
 * parquet.thrift Statistics and ColumnOrder; a row that is given was tested.
 */
#ifndef INLAY_WHERE_H
#define INLAY_WHERE_H

#include "inlay/inspect.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_WHERE

typedef struct inlay_where inlay_where;

typedef enum inlay_skip_reason {
    INLAY_SKIP_STATISTICS = 1, /* bounds or counts of the column chunk */
    INLAY_SKIP_BLOOM,          /* a bloom filter */
    INLAY_SKIP_PAGES           /* the column index */
} inlay_skip_reason;

/* Rows that were passed over without reading their values. */
typedef struct inlay_skip {
    inlay_skip_reason reason;
    uint32_t row_group;
    int64_t leaf;              /* the column that ruled them out; -1 = several together */
    int64_t first_row, n_rows; /* of the file */
} inlay_skip;

typedef struct inlay_where_options {
    bool no_skipping; /* test every row */
    void (*skipped)(void *ctx, const inlay_skip *skip); /* may be NULL */
    void *ctx;
} inlay_where_options;

typedef struct inlay_where_counts {
    uint64_t row_groups, row_groups_by_statistics, row_groups_by_bloom; /* all so far, and skipped */
    uint64_t rows, rows_by_pages;  /* rows of the row groups not skipped; of these skipped by pages */
    uint64_t rows_tested, rows_given;
} inlay_where_counts;

/* `text` is zero-terminated and not needed afterwards; `options` may be NULL. Errors: ARG, with the text's
 * position in inlay_error.at and the column where there is one (bad syntax, no such column, a value that is
 * none of the column's type, an order asked of a type without order); NOMEM, LIMIT (a text nested deeper than
 * 64, or longer than 1 MiB). Owner: inlay_where_close, before the reader. */
INLAY_API INLAY_CHECKED inlay_status inlay_where_open(inlay_env *env, inlay_reader *reader,
                                                      const char *text,
                                                      const inlay_where_options *options,
                                                      inlay_where **where);
INLAY_API void inlay_where_close(inlay_where *where); /* NULL is fine */

/* The next stretch of rows of the file that fulfil the predicate, ascending; stretches never touch within a row
 * group. END after the last. Memory: one open column for each leaf that the predicate names, and its page index.
 * Errors: as reading; then only inlay_where_skip_to or close. */
INLAY_API INLAY_CHECKED inlay_status inlay_where_next(inlay_where *where, int64_t *first_row,
                                                      int64_t *n_rows);
/* Go on at a row of the file (behind damage, or where rows before it are of no interest). */
INLAY_API void inlay_where_skip_to(inlay_where *where, int64_t row);
INLAY_API inlay_where_counts inlay_where_counted(const inlay_where *where);

/* Leaf columns that the predicate reads, ascending. */
INLAY_API uint32_t inlay_where_leaves(const inlay_where *where);
INLAY_API uint32_t inlay_where_leaf(const inlay_where *where, uint32_t i);

#endif

#ifdef __cplusplus
}
#endif
#endif
