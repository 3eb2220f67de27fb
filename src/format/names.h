/* parquet.thrift by name: what the fields of each struct are called, and the labels of its enums. For
 * those who show metadata; reading goes by the tables of meta.c. */
#ifndef INLAY_FORMAT_NAMES_H
#define INLAY_FORMAT_NAMES_H

#include "inlay/visit.h"

typedef const char *names_label(int value); /* "?" = no such value */

struct names_field {
    int16_t id;
    uint8_t wire;    /* enum inlay_wire; a set counts as a list */
    uint8_t element; /* LIST: wire of an element */
    bool text;       /* BINARY, or list of it: `string` in parquet.thrift */
    const char *name;
    const struct names_struct *type; /* STRUCT, list of STRUCT */
    names_label *label;              /* an enum, list of enums */
};
struct names_struct {
    const char *name;
    uint16_t n_fields;
    const struct names_field *fields; /* ascending ids */
};

extern const struct names_struct *const names_records[5]; /* index: inlay_record */

#endif
