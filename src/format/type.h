/* Physical types: the only place that knows a width, and the order of values.
 * Source: parquet.thrift Type, ColumnOrder. */
#ifndef INLAY_FORMAT_TYPE_H
#define INLAY_FORMAT_TYPE_H

#include "inlay/schema.h"

#include "base/compiler.h"

/* Bytes of one value in memory: BOOLEAN 1, INT96 12, FIXED its length, BYTE_ARRAY sizeof(inlay_bytes);
 * 0 for a group. `type_length` counts only for FIXED_LEN_BYTE_ARRAY. */
size_t type_width(uint8_t type, int32_t type_length);
/* Bytes of one value in PLAIN encoding; 0 = varies (BYTE_ARRAY) or less than a byte (BOOLEAN). */
size_t type_plain_bytes(uint8_t type, int32_t type_length);

/* How values of a column compare: TypeDefinedOrder of the logical type, else of the physical one. */
enum type_order {
    TYPE_ORDER_NONE, /* undefined: INTERVAL, VARIANT, GEOMETRY, INT96 ... */
    TYPE_ORDER_BOOL,
    TYPE_ORDER_I32,
    TYPE_ORDER_U32,
    TYPE_ORDER_I64,
    TYPE_ORDER_U64,
    TYPE_ORDER_F32,
    TYPE_ORDER_F64,
    TYPE_ORDER_F16,           /* FIXED(2), little-endian half */
    TYPE_ORDER_BYTES,         /* BYTE_ARRAY, unsigned */
    TYPE_ORDER_FIXED,         /* FIXED, unsigned */
    TYPE_ORDER_DECIMAL_BYTES, /* BYTE_ARRAY, big-endian two's complement */
    TYPE_ORDER_DECIMAL_FIXED,
    TYPE_ORDER_TIME96,        /* FIXED(12) TIMESTAMP: little-endian two's complement */
    TYPE_ORDER_INT96          /* INT96: days (last 4 bytes), then nanoseconds, both signed; only where
                                 column_orders say INT96_TIMESTAMP_ORDER */
};
enum type_order type_order_of(const inlay_node *leaf); /* TypeDefinedOrder */
bool type_order_is_float(enum type_order order);
/* Is the order that of the deprecated min and max, signed comparison whatever the annotation? */
bool type_order_is_signed(enum type_order order);
/* Compare two values as they stand in memory: <0, 0, >0. Floats by IEEE 754 totalOrder (NaN beyond
 * infinity, -0 before +0). `width` as type_width. */
int type_compare(enum type_order order, uint32_t width, const void *a, const void *b);
/* Is the annotation legal on this type? (LogicalTypes.md) */
bool type_may_carry(uint8_t type, int32_t type_length, const inlay_logical *logical);

#endif
