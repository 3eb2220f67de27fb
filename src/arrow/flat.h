/* FlatBuffers, read as untrusted bytes.
 *
 * Positions are relative to the buffer; 0 stands for "absent" and for "failed". The first failure is
 * kept in `failed`, and whoever walks checks it before following what it got.
 * Source: FlatBuffers "FlatBuffer Internals" (tables, vtables, vectors, strings).
 */
#ifndef INLAY_ARROW_FLAT_H
#define INLAY_ARROW_FLAT_H

#include "inlay/base.h"

struct flat {
    const uint8_t *data;
    uint32_t bytes;     /* at least 4, at most INT32_MAX */
    const char *failed; /* constant text of the first failure; NULL = none */
};

uint32_t flat_fail(struct flat *f, const char *what);
/* Follow the unsigned offset at `at`, which is inside; the target has room for 4 bytes. */
uint32_t flat_follow(struct flat *f, uint32_t at);
/* Position of the value in `slot` of a table, with room for `width` bytes; 0 = absent. */
uint32_t flat_slot(struct flat *f, uint32_t table, uint32_t slot, uint32_t width);
/* Number of slots that the table's vtable has room for, absent ones at its end not counted. */
uint32_t flat_slots(struct flat *f, uint32_t table);
/* What the offset in `slot` points to (table, vector or string); 0 = absent. */
uint32_t flat_target(struct flat *f, uint32_t table, uint32_t slot);
uint8_t flat_u8(struct flat *f, uint32_t table, uint32_t slot);
int16_t flat_i16(struct flat *f, uint32_t table, uint32_t slot, int16_t otherwise);
int32_t flat_i32(struct flat *f, uint32_t table, uint32_t slot, int32_t otherwise);
/* A string; absent is empty with data NULL. */
inlay_bytes flat_string(struct flat *f, uint32_t table, uint32_t slot);
/* Number of offsets in the vector at `vector`, 0 for none; the target of the i-th. */
uint32_t flat_count(struct flat *f, uint32_t vector);
uint32_t flat_element(struct flat *f, uint32_t vector, uint32_t i);

#endif
