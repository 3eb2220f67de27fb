/* Reading around damaged pages: which rows of a row group can be had from every column that is read.
 *
 * A page that cannot be read (checksum, decompression, decoding) takes its rows with it, in all columns, so
 * that no row is shown with another one's values. Which rows those are is said by the page's header, or by
 * the offset index. Where neither says (v1 pages of repeated columns without an index) the rest of the row
 * group is lost; where the dictionary is damaged, or page headers and row group disagree about the number of
 * rows, all of it is.
 */
#ifndef INLAY_CLI_SALVAGE_H
#define INLAY_CLI_SALVAGE_H

#include "inlay/inspect.h"

#include "cli/files.h"
#include "cli/rows.h"

struct salvage_range {
    int64_t from, to; /* rows of the file */
};

struct salvage {
    const struct files_input *in;
    struct rows *rows;
    struct salvage_range *lost; /* of the row group last scanned: ascending, apart from each other */
    size_t n_lost, capacity;
    uint64_t pages, lost_rows; /* of the file */
};

void salvage_open(struct salvage *s, const struct files_input *in, struct rows *rows);
void salvage_close(struct salvage *s);
/* Decode rows [from, to) of the file, which lie in this row group, in all columns that are read, and fill
 * `lost`. What is lost is told on standard error, page by page. Returns an exit code: REPORT_IO where the
 * input or memory failed, which is not the file's fault. */
int salvage_scan(struct salvage *s, uint32_t row_group, int64_t from, int64_t to);
/* The rows from `from` up to before `to` are lost for the reason in the env. */
int salvage_lose(struct salvage *s, int64_t from, int64_t to);
/* Tell how much of the file was lost. Returns REPORT_BAD if anything was. */
int salvage_finish(const struct salvage *s);

#endif
