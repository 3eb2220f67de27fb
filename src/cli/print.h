/* Values as text: which text a column's values have, in JSON, in CSV and in a table.
 *
 * The mapping is the one of inlay(1), "JSON LINES"; it never changes silently. A print_type is made
 * once a column; printing a value is then one call through it, and takes no memory.
 */
#ifndef INLAY_CLI_PRINT_H
#define INLAY_CLI_PRINT_H

#include "inlay/schema.h"

#include "cli/out.h"

enum print_flavour {
    PRINT_JSON,  /* a JSON value */
    PRINT_CSV,   /* a field by RFC 4180, quoted where it must be */
    PRINT_TABLE, /* for eyes: control characters escaped */
    PRINT_FLAVOURS
};

struct print_type;
/* `value` as in a batch: see inlay_type. Need not be aligned. */
typedef void print_value(struct out *o, const struct print_type *type, const void *value);

struct print_type {
    print_value *put[PRINT_FLAVOURS];
    print_value *plain; /* for put functions that add quotes */
    uint32_t width;     /* bytes of a FIXED_LEN_BYTE_ARRAY */
    int32_t scale;      /* DECIMAL */
    uint8_t digits;     /* TIME, TIMESTAMP: of the fraction */
    uint8_t bits;       /* INTEGER */
    bool utc;
    bool number; /* aligned to the right in a table */
};

struct print_type print_type_of(const inlay_node *node);

/* Statistics bounds are PLAIN bytes: print one as JSON or table text, or return false where its
 * length does not fit the type or the text would be beyond all bounds. */
bool print_bound(struct out *o, const inlay_node *node, inlay_bytes bound, enum print_flavour how);

/* Text as a JSON string, with its quotes. Invalid UTF-8 becomes U+FFFD, once a maximal subpart. */
void print_json(struct out *o, inlay_bytes text);
void print_json_text(struct out *o, const char *text);
/* Text as a field by RFC 4180: quoted when it is empty or holds a comma, a quote or a line end. */
void print_csv(struct out *o, inlay_bytes text);
/* Text for a terminal: control characters as \xNN (\n, \r, \t by name). */
void print_safe(struct out *o, inlay_bytes text);
void print_safe_text(struct out *o, const char *text);
bool print_is_utf8(inlay_bytes text);
/* Base64 with padding, RFC 4648 section 4. */
void print_base64(struct out *o, inlay_bytes data);
/* A number of bytes for people: "3.4 MiB". */
void print_size(struct out *o, uint64_t bytes);
/* 1234567 as "1,234,567". */
void print_count(struct out *o, uint64_t n);
/* "1 row", "1,234 rows". */
void print_counted(struct out *o, uint64_t n, const char *one, const char *many);

#endif
