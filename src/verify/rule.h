/* The rules that verify knows, and telling that one is broken. */
#ifndef INLAY_VERIFY_RULE_H
#define INLAY_VERIFY_RULE_H

#include "inlay/verify.h"

#include "base/buf.h"
#include "base/mem.h"

#if INLAY_VERIFY

enum rule_id {
    RULE_FILE_ROWS,
    RULE_FILE_ORDERS,
    RULE_GROUP_FORM,
    RULE_GROUP_BYTES,
    RULE_SORTING_FORM,
    RULE_SORTING_ORDER,
    RULE_CHUNK_FORM,
    RULE_CHUNK_OVERLAP,
    RULE_CHUNK_LEVELS,
    RULE_CHUNK_ROWS,
    RULE_CHUNK_PACKED,
    RULE_CHUNK_RAW,
    RULE_CHUNK_ENCODINGS,
    RULE_CHUNK_ENCODING_COUNTS,
    RULE_CHUNK_DATA_PAGE,
    RULE_CHUNK_DICTIONARY_PAGE,
    RULE_PAGE_FORM,
    RULE_PAGE_CRC,
    RULE_PAGE_DATA,
    RULE_PAGE_ROWS,
    RULE_PAGE_NULLS,
    RULE_PAGE_ROW_BORDER,
    RULE_STAT_FORM,
    RULE_STAT_MIN,
    RULE_STAT_MAX,
    RULE_STAT_MIN_EXACT,
    RULE_STAT_MAX_EXACT,
    RULE_STAT_NULLS,
    RULE_STAT_NANS,
    RULE_STAT_DISTINCT,
    RULE_SIZE_BYTES,
    RULE_SIZE_REP,
    RULE_SIZE_DEF,
    RULE_INDEX_FORM,
    RULE_INDEX_PAGES,
    RULE_INDEX_PLACE,
    RULE_INDEX_FIRST_ROW,
    RULE_INDEX_NULL_PAGE,
    RULE_INDEX_BOUNDS,
    RULE_INDEX_MIN,
    RULE_INDEX_MAX,
    RULE_INDEX_ORDER,
    RULE_INDEX_NULLS,
    RULE_INDEX_NANS,
    RULE_INDEX_REP,
    RULE_INDEX_DEF,
    RULE_INDEX_BYTES,
    RULE_BLOOM_FORM,
    RULE_BLOOM_MEMBER,
    RULE_VALUE_UTF8,
    RULE_VALUE_PRECISION,
    RULE_N
};

/* One verification: what is examined, where it stands, what came of it. */
struct verify {
    inlay_env *env;
    inlay_reader *reader;
    const inlay_schema *schema;
    const inlay_verify_options *options;
    inlay_verify_counts *counts;
    uint64_t all_bytes;
    bool stopped;      /* by a callback */
    inlay_finding here; /* place of what is examined now; the rest is empty */
};

void rule_place(struct verify *v, int32_t row_group, int64_t leaf); /* page, at, row: none */
/* Tell: that it is broken; with two numbers; with two values; with the failure that the env holds. */
void rule_broken(struct verify *v, enum rule_id id);
void rule_numbers(struct verify *v, enum rule_id id, int64_t stated, int64_t found);
/* The same where the numbers differ. */
void rule_same(struct verify *v, enum rule_id id, int64_t stated, int64_t found);
void rule_values(struct verify *v, enum rule_id id, inlay_bytes stated, inlay_bytes found);
void rule_text(struct verify *v, enum rule_id id, const char *what);
/* A failing call: findings are told (OK comes back), IO and NOMEM are for the caller to return. */
INLAY_CHECKED inlay_status rule_failure(struct verify *v, enum rule_id id, inlay_status status);

#endif

#endif
