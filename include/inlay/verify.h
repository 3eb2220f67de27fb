/* Verify a file: read everything and compare it with everything that the file says about itself.
 *
 * Plain: every page of every column is decoded, and rows, levels and nulls are compared with the footer.
 * Deep: checksums, page headers, statistics, page index, size statistics, bloom filters, encodings, sizes
 * and sorting claims are recomputed from the values as well.
 *
 * Source: parquet.thrift; parquet-format README, PageIndex.md, BloomFilter.md, LogicalTypes.md. Each finding
 * names the rule and the section that it is from.
 */
#ifndef INLAY_VERIFY_H
#define INLAY_VERIFY_H

#include "inlay/inspect.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_VERIFY

/* One broken rule. Numbers are -1 where they do not apply; texts are constant. */
typedef struct inlay_finding {
    const char *rule;    /* a short name that stays: "statistics.min" */
    const char *what;    /* one line */
    const char *section; /* of the specification */
    inlay_status status; /* CORRUPT; UNSUPPORTED or LIMIT where something could not be examined */
    int32_t row_group;
    int64_t leaf;
    int32_t page;        /* data page within the column chunk */
    int64_t at;          /* byte offset in the file */
    int64_t row;         /* within the row group */
    bool has_numbers;    /* what the file states, and what was found */
    int64_t stated, found;
    bool has_values;     /* the same as PLAIN bytes of the column */
    inlay_bytes stated_value, found_value;
} inlay_finding;

typedef struct inlay_verify_counts {
    uint64_t row_groups, chunks, pages, values; /* examined */
    uint64_t bytes;                             /* of column chunks */
    uint64_t findings;
} inlay_verify_counts;

typedef struct inlay_verify_options {
    bool deep;
    /* Called for each finding, which is valid during the call; not 0 = stop. */
    int (*finding)(void *ctx, const inlay_finding *finding);
    /* Called now and then, may be NULL; not 0 = stop. */
    int (*progress)(void *ctx, uint64_t done_bytes, uint64_t all_bytes);
    void *ctx;
} inlay_verify_options;

/* Examine all of an open file. For a deep look open the reader with no_crc, so that a page with a wrong
 * checksum is told as that, and then still looked into.
 *
 * Memory: two columns' pages and dictionary, a record a data page of one column chunk, one bloom filter;
 * for sorting claims the columns that they name.
 * Status: OK when everything was examined, whatever was found; END when a callback stopped it; IO, NOMEM. */
INLAY_API INLAY_CHECKED inlay_status inlay_verify(inlay_env *env, inlay_reader *reader,
                                                  const inlay_verify_options *options,
                                                  inlay_verify_counts *counts);
#endif

#ifdef __cplusplus
}
#endif
#endif
