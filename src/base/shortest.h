/* The shortest decimal text of a double that reads back as the same double; among those the nearest. */
#ifndef INLAY_BASE_SHORTEST_H
#define INLAY_BASE_SHORTEST_H

#include <stddef.h>

enum { SHORTEST_BYTES = 24 }; /* "-2.2250738585072014e-308" */

/* A finite v as JSON writers in Rust lay it out: "12.5", "100.0", "0.00001", "1e16", "1.5e-7", "-0.0". Not
 * zero-terminated; returns the bytes used, 0 where v is not finite. */
size_t shortest_double(double v, char *text);

#endif
