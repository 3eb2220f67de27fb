/* UTF-8 of untrusted bytes (RFC 3629): one character at a time. */
#ifndef INLAY_CLI_UTF8_H
#define INLAY_CLI_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the well-formed character at p, 1 to 4; 0 when there is none. n > 0. */
size_t utf8_step(const uint8_t *p, size_t n);
/* Bytes that one U+FFFD replaces where utf8_step gave 0: the longest beginning of a character, or
 * one byte (Unicode, "U+FFFD Substitution of Maximal Subparts"). */
size_t utf8_bad_bytes(const uint8_t *p, size_t n);
/* Of a well-formed character: C0, DEL or C1 control, or a line or paragraph separator or a
 * bidirectional control, none of which a terminal should be given from a file. */
bool utf8_is_control(const uint8_t *p, size_t step);
/* Columns that a well-formed character takes on a terminal: 0, 1 or 2. */
unsigned utf8_columns(const uint8_t *p, size_t step);

#endif
