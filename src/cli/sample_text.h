/* The texts of /proc: lines, words, numbers. Nothing is assumed about them: a line of another form
 * is passed over by whoever reads it. */
#ifndef INLAY_CLI_SAMPLE_TEXT_H
#define INLAY_CLI_SAMPLE_TEXT_H

#include "inlay/base.h"

struct sample_text {
    const char *at, *end;
};

/* The next line without its end; false when there is none. */
bool sample_text_line(struct sample_text *text, struct sample_text *line);
/* The next word between blanks; empty when there is none. */
inlay_bytes sample_text_word(struct sample_text *line);
/* What stands before the first c, without blanks in front; the line goes on behind it. False: no c.
 */
bool sample_text_until(struct sample_text *line, char c, inlay_bytes *before);
/* The next word as a number; false when it is none, or too large. */
bool sample_text_u64(struct sample_text *line, uint64_t *value);
/* The same for "12" and "0.52". */
bool sample_text_decimal(inlay_bytes word, double *value);
bool sample_text_is(inlay_bytes word, const char *text);

/* Read a whole file, which may be one of those that have no size, into *buffer (malloc, grown to
 * what is needed, at most 16 MiB). Returns 0 or an errno value. */
int sample_text_read(const char *path, char **buffer, size_t *capacity, struct sample_text *text);

#endif
