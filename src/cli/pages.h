/* What `pages` and its parts share: a page with all that is known of it, and sums of bytes. */
#ifndef INLAY_CLI_PAGES_H
#define INLAY_CLI_PAGES_H

#include "inlay/inspect.h"

#include "cli/files.h"
#include "cli/json.h"

struct pages_settings {
    struct files_settings files;
    struct options_list columns;
    const char *row_group;
    bool json, check, summary;
};

enum pages_crc { PAGES_CRC_NONE, PAGES_CRC_STORED, PAGES_CRC_OK, PAGES_CRC_WRONG };

/* Numbers are -1 where neither the page header nor the page index says. */
struct pages_page {
    const inlay_page *header;
    int64_t number; /* data page within its column chunk; -1 for other pages */
    int64_t rows, first_row, nulls;
    bool has_min, has_max, bounds_usable;
    const char *bounds_from; /* "page header", "column index" */
    inlay_bytes min, max;
    enum pages_crc crc;
};

/* Where bytes go. Sums of untrusted numbers, but of bytes that were seen to lie in the file. */
struct pages_bytes {
    uint64_t dictionary, data, other, headers; /* pages: bodies, and all their headers */
    uint64_t levels;                           /* of `data`; v2 pages only */
    uint64_t raw;                              /* bodies, uncompressed */
    uint64_t column_index, offset_index, bloom;
    uint64_t pages;
};

/* Stretches of the file that something was found in, for the gaps between them. */
struct pages_map {
    struct pages_stretch {
        uint64_t from, to;
    } *items;
    size_t n, capacity;
    bool failed; /* no memory */
};

struct pages_job {
    const struct pages_settings *settings;
    struct out *out;
    struct files_input *in;
    const inlay_schema *schema;
    struct json json;
    const bool *wanted; /* NULL = all columns */
    int64_t row_group;  /* the only one; -1 = all */
    struct pages_bytes *columns; /* [leaves] */
    struct pages_map map;
    struct out scratch;
    uint64_t wrong; /* checksums */
    int code;
};

/* pages_print.c */
void pages_print_chunk(struct pages_job *job, uint32_t row_group, uint32_t leaf,
                       const inlay_chunk *chunk);
void pages_print_page(struct pages_job *job, const inlay_node *node, const struct pages_page *page);
void pages_json_page(struct pages_job *job, uint32_t row_group, uint32_t leaf,
                     const struct pages_page *page);

/* pages_sum.c */
void pages_map_add(struct pages_map *map, uint64_t from, uint64_t bytes);
void pages_print_summary(struct pages_job *job);
void pages_json_summary(struct pages_job *job);

#endif
