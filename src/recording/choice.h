/* Which columns of a recording: by glob, by metric, by the metrics that queries name. */
#ifndef INLAY_RECORDING_CHOICE_H
#define INLAY_RECORDING_CHOICE_H

#include "recording/field.h"
#include "recording/intern.h"

#if INLAY_WRITE && INLAY_MERGE && INLAY_RECORDING

struct choice {
    inlay_env *env;
    struct intern names; /* metrics */
    const char *const *globs;
    size_t n_globs;
    bool queries;        /* columns of rezolus stay, too */
};

void choice_init(struct choice *s, inlay_env *env);
void choice_free(struct choice *s);
INLAY_CHECKED inlay_status choice_metric(struct choice *s, inlay_bytes name);
/* The metrics that a PromQL text names: words that are not followed by "(", without what stands in braces. */
INLAY_CHECKED inlay_status choice_promql(struct choice *s, inlay_bytes query);
/* The queries of a service extension: {"kpis":[{"query":".."},..]}. *found counts queries. Errors: ARG (no JSON). */
INLAY_CHECKED inlay_status choice_queries(struct choice *s, inlay_bytes json, uint32_t *found);
/* The file's own: the footer key service_queries, else those in per_source_metadata. */
INLAY_CHECKED inlay_status choice_own(struct choice *s, const inlay_reader *reader, uint32_t *found);
/* Does the column match? *rezolus: it does not, but its source lets it stay. */
bool choice_match(const struct choice *s, const struct field_set *fields, uint32_t field, bool *rezolus);
bool choice_glob(const char *glob, inlay_bytes text);

#endif
#endif
