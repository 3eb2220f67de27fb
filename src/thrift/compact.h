/* Wire primitives of the Thrift compact protocol, both ways.
 *
 *   field   delta << 4 | type, or type and zigzag id when the delta is not 1..15; 0x00 ends a struct
 *   list    n << 4 | type of an element; n = 15: varint follows
 *   map     varint n; if not 0: key type << 4 | value type
 *
 * Source: apache/thrift doc/specs/thrift-compact-protocol.md.
 */
#ifndef INLAY_THRIFT_COMPACT_H
#define INLAY_THRIFT_COMPACT_H

#include "thrift/record.h"

enum compact_type {
    COMPACT_STOP = 0,
    COMPACT_TRUE = 1, /* in a field header a bool's value is its type */
    COMPACT_FALSE = 2,
    COMPACT_I8 = 3,
    COMPACT_I16 = 4,
    COMPACT_I32 = 5,
    COMPACT_I64 = 6,
    COMPACT_DOUBLE = 7,
    COMPACT_BINARY = 8,
    COMPACT_LIST = 9,
    COMPACT_SET = 10,
    COMPACT_MAP = 11,
    COMPACT_STRUCT = 12,
    COMPACT_UUID = 13
};

/* Reading: the cursor, the limits, and how deep we are. `limit` is set when a limit, not the bytes, was
 * the failure. */
struct compact {
    struct cursor *in;
    const struct thrift_limits *limits;
    uint32_t depth;
    bool limit;
};

/* The next field: false = the struct ends (or failed). *id is the field before it, then this one. */
bool compact_field(struct compact *c, int32_t *id, uint8_t *type);
/* Enter and leave a struct or a list; false = too deep. */
bool compact_enter(struct compact *c);
void compact_leave(struct compact *c);
int64_t compact_int(struct compact *c, unsigned bits); /* zigzag; fails where it does not fit */
inlay_bytes compact_binary(struct compact *c);
/* Elements of a list or set, at most the bytes left and limits.elements; 0 after a failure. */
uint32_t compact_list(struct compact *c, uint8_t *type);
/* Pass over a value of this type; in a list a bool takes a byte. */
void compact_skip(struct compact *c, uint8_t type, bool in_list);
/* Pass over the fields of a struct up to and with its stop. */
void compact_skip_fields(struct compact *c);

void compact_put_field(struct buf *out, int32_t last, int32_t id, uint8_t type);
void compact_put_int(struct buf *out, int64_t v);
void compact_put_binary(struct buf *out, inlay_bytes v);
void compact_put_double(struct buf *out, double v);
void compact_put_list(struct buf *out, uint32_t n, uint8_t type);

#endif
