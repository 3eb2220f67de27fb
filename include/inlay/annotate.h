/* Footer keys of recordings that are JSON: checked, and changed without touching the rest of their text.
 *
 * per_source_metadata, an object by source, has two shapes, often both in one file (Rezolus, record and combine):
 *   flat     {"<source>":{"first_sample_ns":n,"last_sample_ns":n,"role":"...","sampler_status":[...]}}
 *   nested   {"<source>":{"<node or instance>":{...}}}
 *
 * Errors of texts are ARG; inlay_error.at is then the byte in the text (inlay_text_place makes line and column of it).
 */
#ifndef INLAY_ANNOTATE_H
#define INLAY_ANNOTATE_H

#include "inlay/base.h"

#ifdef __cplusplus
extern "C" {
#endif

#if INLAY_RECORDING

/* Is it one JSON value (RFC 8259), nested to a depth of 128 at most? Errors: ARG. */
INLAY_API INLAY_CHECKED inlay_status inlay_json_check(inlay_env *env, inlay_bytes text);

/* A JSON value with other white space: `indent` blanks a level and a member a line, or, with 0, none at all. Strings and
 * numbers as they stand. Errors: ARG, NOMEM, IO. */
INLAY_API INLAY_CHECKED inlay_status inlay_json_format(inlay_env *env, inlay_bytes text, uint32_t indent,
                                                       const inlay_sink *sink);

/* The text that stands where a path of member names leads: "x" in {"a":{"b":"x"}} by "a", "b"; without quotes and
 * escapes. Of equal names the first counts. What stands behind it is not looked at. END: no such member, or none that
 * is a text; nothing is written then. Errors: ARG (not JSON), NOMEM, IO. */
INLAY_API INLAY_CHECKED inlay_status inlay_json_text(inlay_env *env, inlay_bytes text, const inlay_bytes *path, size_t n,
                                                     const inlay_sink *sink);

/* per_source_metadata with the member `from` called `to`, and without another that was called so; all other members as
 * they stand. END: there is no member `from`; nothing is written then. Errors: ARG (not an object), NOMEM, IO. */
INLAY_API INLAY_CHECKED inlay_status inlay_sources_rename(inlay_env *env, inlay_bytes text, inlay_bytes from,
                                                          inlay_bytes to, const inlay_sink *sink);

/* What per_source_metadata looks like. */
typedef struct inlay_sources_shape {
    uint32_t sources;
    uint32_t flat, nested; /* sources that have members of either shape; one that has both counts in both */
    uint32_t odd;          /* sources that are no object */
} inlay_sources_shape;
INLAY_API INLAY_CHECKED inlay_status inlay_sources_look(inlay_env *env, inlay_bytes text, inlay_sources_shape *shape);

#endif

#ifdef __cplusplus
}
#endif
#endif
