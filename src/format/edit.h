/* Footers without their key-values: what an edit cannot change. */
#ifndef INLAY_FORMAT_EDIT_H
#define INLAY_FORMAT_EDIT_H

#include "inlay/edit.h"

#include "format/footer.h"

#if INLAY_WRITE

/* The footer without key-values, its length and PAR1 behind it, in `out` (to be freed after a failure, too); *list_at: the
 * bytes in front of the key-values, or of where they would be. Errors: CORRUPT, LIMIT, UNSUPPORTED (signed), NOMEM. */
INLAY_CHECKED inlay_status edit_strip(inlay_env *env, const struct footer *footer, inlay_memory_sink *out,
                                      size_t *list_at);

#endif
#endif
