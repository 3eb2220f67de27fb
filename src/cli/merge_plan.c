/* What a merge would do, printed; see merge_plan.h. */
#include "cli/merge_plan.h"

#if INLAY_WRITE && INLAY_MERGE

#include <string.h>

void merge_plan_begin(struct merge_plan *plan, struct out *out, bool as_json)
{
    *plan = (struct merge_plan){.out = out, .json = {out, false}, .as_json = as_json};
    if (!as_json)
        return;
    json_open(&plan->json, NULL, '{');
    json_open(&plan->json, "outputs", '[');
}

static bool merge_plan_is_series(const inlay_merge_key *key)
{
    static const char name[] = "sorted_series";
    return key->leaf->name.len == sizeof name - 1 && memcmp(key->leaf->name.data, name, sizeof name - 1) == 0;
}

/* "cpu|17"; the bytes of sorted_series say nothing to anybody. */
static void merge_plan_key_text(struct out *o, const inlay_merge_row_group *group, bool last)
{
    bool more = false;
    for (size_t i = 0; i < group->n_keys; i++) {
        const inlay_merge_key *key = &group->keys[i];
        const void *value = last ? key->last : key->first;
        if (merge_plan_is_series(key) && group->n_keys > 1)
            continue;
        if (more)
            out_char(o, '|');
        more = true;
        struct print_type type = print_type_of(key->leaf);
        if (value)
            type.put[PRINT_TABLE](o, &type, value);
        else
            out_text(o, "null");
    }
}

static void merge_plan_key_json(struct json *j, const inlay_merge_row_group *group, bool last)
{
    json_open(j, last ? "last" : "first", '{');
    for (size_t i = 0; i < group->n_keys; i++) {
        const inlay_merge_key *key = &group->keys[i];
        const void *value = last ? key->last : key->first;
        bool twice = false; /* a column may make the order and cut row groups */
        for (size_t before = 0; before < i; before++)
            twice = twice || group->keys[before].leaf == key->leaf;
        if (twice)
            continue;
        if (j->more)
            out_char(j->out, ',');
        print_json(j->out, key->leaf->name);
        out_char(j->out, ':');
        j->more = true;
        struct print_type type = print_type_of(key->leaf);
        if (value)
            type.put[PRINT_JSON](j->out, &type, value);
        else
            out_text(j->out, "null");
    }
    json_close(j, '}');
}

static void merge_plan_group_text(struct merge_plan *plan, const inlay_merge_row_group *group)
{
    struct out *o = plan->out;
    out_format(o, "output %u, row group %u: ", (unsigned)group->output, (unsigned)group->row_group);
    print_counted(o, group->n_rows, "row, ", "rows, ");
    print_size(o, group->bytes);
    out_text(o, ", ");
    merge_plan_key_text(o, group, false);
    out_text(o, " .. ");
    merge_plan_key_text(o, group, true);
    out_char(o, '\n');
}

int merge_plan_row_group(void *ctx, const inlay_merge_row_group *group)
{
    struct merge_plan *plan = ctx;
    struct json *j = &plan->json;
    bool begins = plan->n_row_groups == 0 || group->output != plan->output;
    if (!plan->as_json) {
        merge_plan_group_text(plan, group);
    } else {
        if (begins && plan->n_row_groups) {
            json_close(j, ']');
            json_close(j, '}');
        }
        if (begins) {
            json_open(j, NULL, '{');
            json_open(j, "row_groups", '[');
        }
        json_open(j, NULL, '{');
        json_uint(j, "rows", group->n_rows);
        json_uint(j, "bytes", group->bytes);
        merge_plan_key_json(j, group, false);
        merge_plan_key_json(j, group, true);
        json_close(j, '}');
    }
    plan->n_row_groups++;
    plan->output = group->output;
    return out_failed(plan->out);
}

static double merge_plan_share(const inlay_merge_report *r)
{
    return r->input_bytes ? (double)r->moved_bytes / (double)r->input_bytes : 0;
}

void merge_plan_end(struct merge_plan *plan, const struct inputs *in, const inlay_merge_report *r)
{
    struct out *o = plan->out;
    struct json *j = &plan->json;
    if (plan->as_json) {
        if (plan->n_row_groups) {
            json_close(j, ']');
            json_close(j, '}');
        }
        json_close(j, ']');
        json_uint(j, "inputs", in->n);
        json_uint(j, "input_bytes", r->input_bytes);
        json_uint(j, "rows", r->n_rows);
        json_uint(j, "row_groups", r->n_row_groups);
        json_text(j, "row_group_column", r->row_group_column);
        json_uint(j, "columns", r->n_columns);
        json_uint(j, "runs", r->n_runs);
        json_uint(j, "plan_bytes", r->plan_bytes);
        json_uint(j, "moved_bytes", r->moved_bytes);
        json_seconds(j, "moved_share", merge_plan_share(r));
        json_close(j, '}');
        json_line(j);
        return;
    }
    out_text(o, "would merge ");
    print_counted(o, in->n, "file (", "files (");
    print_size(o, inputs_bytes(in));
    out_text(o, ") into ");
    print_counted(o, r->n_outputs, "file: ", "files: ");
    print_counted(o, r->n_rows, "row, ", "rows, ");
    print_counted(o, r->n_columns, "column, ", "columns, ");
    print_counted(o, r->n_row_groups, "row group", "row groups");
    if (r->row_group_column[0]) {
        out_text(o, " cut at ");
        print_safe_text(o, r->row_group_column);
    }
    out_text(o, ", from ");
    print_counted(o, r->n_runs, "run; ", "runs; ");
    print_size(o, r->moved_bytes);
    out_text(o, " of ");
    print_size(o, r->input_bytes);
    out_format(o, " (%.1f %%) would move as they are\n", 100 * merge_plan_share(r));
}

#endif
