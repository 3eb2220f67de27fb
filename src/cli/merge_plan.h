/* What a merge would do, printed: merge --dry-run. */
#ifndef INLAY_CLI_MERGE_PLAN_H
#define INLAY_CLI_MERGE_PLAN_H

#include "inlay/merge.h"

#include "cli/inputs.h"
#include "cli/json.h"

#if INLAY_WRITE && INLAY_MERGE

struct merge_plan {
    struct out *out;
    struct json json;
    bool as_json;
    uint64_t n_row_groups; /* told so far */
    uint32_t output;       /* the open one */
};

void merge_plan_begin(struct merge_plan *plan, struct out *out, bool as_json);
/* The callback of inlay_merge_options; ctx is the merge_plan. */
int merge_plan_row_group(void *ctx, const inlay_merge_row_group *group);
void merge_plan_end(struct merge_plan *plan, const struct inputs *in, const inlay_merge_report *report);

#endif

#endif
