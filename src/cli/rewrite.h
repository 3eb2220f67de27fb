/* What is made of columns that are written: codecs, encodings, filters, pages. */
#ifndef INLAY_CLI_REWRITE_H
#define INLAY_CLI_REWRITE_H

#include "inlay/writer.h"

#include "cli/files.h"

/* Options of every command that encodes values. */
struct rewrite_choices {
    struct options_list codecs, encodings, blooms;
    const char *profile;
    uint64_t page_rows, page_bytes, page_version;
};
#define REWRITE_OPTIONS(settings, field, without)                                                              \
    {"profile", 'p', OPTIONS_TEXT, offsetof(settings, field.profile), "NAME",                                  \
     "codecs and encodings chosen by trying: compat, balanced,\nsmallest or newest"},                          \
    {"codec", 0, OPTIONS_LIST, offsetof(settings, field.codecs), "[COLUMN=]CODEC",                             \
     "zstd:3, snappy, gzip:6, lz4_raw, brotli:5 or none; without\nit " without},                               \
    {"encoding", 0, OPTIONS_LIST, offsetof(settings, field.encodings), "[COLUMN=]NAME",                        \
     "dictionary (the default), plain, delta_binary_packed,\ndelta_byte_array, delta_length_byte_array,\n"     \
     "byte_stream_split, rle"},                                                                                \
    {"bloom", 0, OPTIONS_LIST, offsetof(settings, field.blooms), "COLUMN[=SHARE]",                             \
     "a bloom filter with this share of false positives (0.01)"},                                              \
    {"page-rows", 0, OPTIONS_UINT, offsetof(settings, field.page_rows), "N", "most rows of a page (20000)"},   \
    {"page-bytes", 0, OPTIONS_UINT, offsetof(settings, field.page_bytes), "N",                                 \
     "raw bytes that end a page (1 MiB)"},                                                                     \
    {"page-version", 0, OPTIONS_UINT, offsetof(settings, field.page_version), "N", "1 (the default) or 2"}

struct rewrite_settings {
    struct files_settings files;
    struct rewrite_choices choices;
    const char *output, *int96;
    uint64_t row_group_rows;
    bool keep_int96, strict, quiet, json;
};

/* Are the sizes within bounds? `command` names the one that asks; an answer other than REPORT_DONE was reported. */
int rewrite_check(const struct rewrite_choices *s, const char *command);
/* Write options of a schema: for all columns, then for one ("tag=snappy"). `columns`: one a leaf, their codecs may
 * be set before; they and the choices must outlive the options. `path` names the file in errors. Returns an exit
 * code; a failure has been reported. */
int rewrite_columns(const struct rewrite_choices *s, const inlay_schema *schema, const char *path,
                    inlay_column_options *columns, inlay_write_options *options);

#endif
