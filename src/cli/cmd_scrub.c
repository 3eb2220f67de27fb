/* scrub: footer keys that were copied into ARROW:schema go from there.
 *
 * arrow-rs hands the footer's key-values to whoever opens a file as the schema's metadata, and writes them into
 * ARROW:schema when a file is written by that schema: old values then stay for ever, and every rewrite takes them along.
 */
#include "inlay/arrow.h"

#include "cli/change.h"

#if INLAY_EVENTS && INLAY_WRITE && INLAY_POSIX && INLAY_RECORDING

#include <stdlib.h>

#include "cli/commands.h"
#include "cli/report.h"

struct scrub_settings {
    struct change_settings change;
};

/* All fields as they are, and no metadata of the schema's own. */
static inlay_status scrub_encode(struct change *c, const inlay_arrow_schema *schema, const inlay_sink *sink)
{
    uint32_t n = inlay_arrow_schema_fields(schema);
    inlay_arrow_pick *picks = calloc(n + 1u, sizeof *picks);
    if (!picks) {
        c->failed = true;
        return INLAY_NOMEM;
    }
    for (uint32_t i = 0; i < n; i++)
        picks[i] = (inlay_arrow_pick){.from = schema, .field = i};
    inlay_status status = inlay_arrow_schema_compose(&c->file.env, picks, n, NULL, 0, 0, sink);
    free(picks);
    return status;
}

static int scrub_plan(void *ctx, struct change *c)
{
    inlay_arrow_schema *schema = NULL;
    inlay_sink sink;
    (void)ctx;
    inlay_status status = inlay_arrow_schema_open(&c->file.env, c->file.in.reader, &schema);
    if (status == INLAY_END)
        return REPORT_DONE;
    uint32_t keys = status == INLAY_OK ? inlay_arrow_schema_key_values(schema) : 0;
    if (keys > 0) {
        const inlay_key_value *old = inlay_reader_find_key(c->file.in.reader, "ARROW:schema");
        inlay_memory_sink *text = change_text(c, &sink);
        status = scrub_encode(c, schema, &sink);
        if (status == INLAY_OK) {
            change_set(c, "ARROW:schema", (inlay_bytes){text->data, text->bytes});
            bool less = text->bytes <= old->value.len; /* unless its writer packed it closer still */
            change_say(c, "%lu key%s taken out of ARROW:schema, %zu bytes %s", (unsigned long)keys, keys == 1 ? "" : "s",
                       less ? old->value.len - text->bytes : text->bytes - old->value.len, less ? "less" : "more");
        }
    }
    inlay_arrow_schema_close(schema);
    return status == INLAY_OK || c->failed ? REPORT_DONE : report_failure(c->path, &c->file.env.error);
}

static int scrub_command(const void *settings, char **paths, int n)
{
    const struct scrub_settings *s = settings;
    return change_files(paths, n, &s->change, scrub_plan, NULL);
}

static const struct options_row scrub_options[] = {CHANGE_OPTIONS(struct scrub_settings, change), {0}};

const struct command command_scrub = {
    .name = "scrub",
    .summary = "take stale copies of footer keys out of ARROW:schema",
    .operands = "FILE...",
    .help = "Programs that rewrite recordings by arrow-rs leave a copy of all footer keys, as they\n"
            "were, inside ARROW:schema: cleared events and old values stay in the file, and some\n"
            "readers show them. This takes the copies away; columns, their types and their own\n"
            "metadata stay. 'inlay doctor' tells whether there are any.\n"
            "\n"
            "The file is changed as by 'inlay annotate': a new one in its place, or --in-place (the\n"
            "old footer, with the copies, then still stands in front of the new one).\n"
            "\n"
            "Examples:\n"
            "  inlay scrub web01.parquet\n"
            "  inlay scrub --dry-run *.parquet\n",
    .options = scrub_options,
    .settings_bytes = sizeof(struct scrub_settings),
    .min_operands = 1,
    .run = scrub_command,
};

#endif
