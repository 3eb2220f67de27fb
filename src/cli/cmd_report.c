/* report: a picture of a recording, as one page of HTML that needs nothing else. */
#include "inlay/inlay.h"

#if INLAY_POSIX

#include <unistd.h>

#include "cli/commands.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/web.h"

enum { WEB_CHARTS = 20, WEB_LINES = 4, WEB_MOST_CHARTS = 1000 };

int web_flush(struct web *w)
{
    if (w->page.os_error)
        return report_memory();
    int os_error = w->sink.append(w->sink.ctx, w->page.data, w->page.used);
    if (os_error)
        return report_system(w->settings->output, "cannot write", os_error);
    w->page_bytes += w->page.used;
    w->page.used = 0;
    return REPORT_DONE;
}

static int web_check(struct web_settings *s)
{
    if (!s->output)
        return report_usage("report: no output named: give -o FILE");
    if (s->charts > WEB_MOST_CHARTS)
        return report_usage("report: --charts is at most %d", WEB_MOST_CHARTS);
    if (s->lines > WEB_MOST_LINES)
        return report_usage("report: --lines is at most %d", WEB_MOST_LINES);
    s->charts = s->charts ? s->charts : WEB_CHARTS;
    s->lines = s->lines ? s->lines : WEB_LINES;
    return REPORT_DONE;
}

/* The columns' own words; a file without them, or with damaged ones, still has its columns. */
static int web_arrow(struct web *w)
{
    inlay_status status = inlay_arrow_schema_open(&w->env, w->in.reader, &w->arrow);
    if (status == INLAY_OK || status == INLAY_END)
        return REPORT_DONE;
    w->arrow = NULL;
    if (status != INLAY_CORRUPT)
        return report_failure(w->in.path, &w->env.error);
    report_note("%s: names and labels of metrics left out: %s", w->in.path, w->env.error.what);
    return REPORT_DONE;
}

static int web_write(struct web *w)
{
    web_head(w);
    int code = web_events(w);
    if (code == REPORT_DONE)
        code = web_flush(w);
    if (code == REPORT_DONE)
        code = web_charts(w);
    if (code == REPORT_DONE)
        code = web_layout(w);
    if (code != REPORT_DONE)
        return code;
    web_foot(w);
    return web_flush(w);
}

static int web_make(struct web *w)
{
    int code = web_fields_open(w);
    if (code == REPORT_DONE)
        code = web_arrow(w);
    if (code == REPORT_DONE)
        code = web_clock_open(w);
    if (code == REPORT_DONE)
        code = web_columns_open(w);
    if (code == REPORT_DONE)
        code = web_events_open(w);
    if (code == REPORT_DONE)
        code = web_pick(w);
    if (code == REPORT_DONE)
        web_time_marks(&w->marks, &w->clock, 6);
    return code == REPORT_DONE ? web_write(w) : code;
}

static int web_summary(const struct web *w, int code)
{
    struct out o;
    if (code != REPORT_DONE || w->settings->quiet)
        return code;
    if (!out_open(&o, STDOUT_FILENO))
        return report_memory();
    print_counted(&o, w->n_lines_shown + w->n_heats_shown, "chart", "charts");
    out_text(&o, " of ");
    print_safe_text(&o, w->in.path);
    out_text(&o, " in ");
    print_safe_text(&o, w->settings->output);
    out_text(&o, ", ");
    print_size(&o, w->page_bytes);
    out_char(&o, '\n');
    return out_finish(&o, code);
}

static void web_close(struct web *w)
{
    web_events_close(w);
    web_columns_close(w);
    inlay_arrow_schema_close(w->arrow);
    out_close(&w->page);
    files_close(&w->in);
}

static int web_command(const void *settings, char **paths, int n)
{
    struct web_settings s = *(const struct web_settings *)settings;
    struct web w = {.settings = &s, .env = files_env(&s.files)};
    struct files_output output = {0};
    int code = web_check(&s);
    if (code != REPORT_DONE)
        return code;
    if (!out_open(&w.page, -1))
        return report_memory();
    code = files_open(&w.in, &w.env, paths[0], &s.files, 0);
    if (code == REPORT_DONE)
        code = files_create(&output, &w.env, s.output, paths, n);
    if (code == REPORT_DONE) {
        w.schema = inlay_reader_schema(w.in.reader);
        w.sink = output.sink;
        code = web_make(&w);
    }
    if (code == REPORT_DONE)
        code = files_commit(&output);
    files_abort(&output);
    code = web_summary(&w, code);
    web_close(&w);
    return code;
}

static const struct options_row web_options[] = {
    {"output", 'o', OPTIONS_TEXT, offsetof(struct web_settings, output), "FILE",
     "the page to write; it appears when it is whole"},
    {"metric", 'm', OPTIONS_LIST, offsetof(struct web_settings, metrics), "GLOB",
     "show these metrics or columns ('cpu*', '*/read');\nmay be given again"},
    {"charts", 'n', OPTIONS_UINT, offsetof(struct web_settings, charts), "N", "most charts (20)"},
    {"lines", 0, OPTIONS_UINT, offsetof(struct web_settings, lines), "N", "most lines in a chart, up to 6 (4)"},
    {"title", 0, OPTIONS_TEXT, offsetof(struct web_settings, title), "TEXT", "heading; the file's name if not given"},
    {"quiet", 'q', OPTIONS_FLAG, offsetof(struct web_settings, quiet), NULL, "no summary"},
    FILES_OPTIONS(struct web_settings, files),
    {0},
};

const struct command command_report = {
    .name = "report",
    .summary = "a picture of a recording: one page of HTML",
    .operands = "FILE -o PAGE.html",
    .help = "Draws a file as one page that needs no network and no program but a browser:\n"
            "metrics over time (counters as rates, histograms as heat maps), the events of\n"
            "the footer as marks and bands, and where the file's bytes are.\n"
            "\n"
            "A chart shows one metric, with its lines that vary most. Without --metric those\n"
            "metrics are chosen that an event names by its chart_id, then those that vary most.\n"
            "An event with a chart_id (a metric or a column) is drawn in that chart only, one\n"
            "with a source, node or instance in charts of it. A file that is no recording is drawn column\n"
            "by column. The page stays small however long the recording is.\n"
            "\n"
            "Examples:\n"
            "  inlay report web01.parquet -o web01.html\n"
            "  inlay report web01.parquet -o io.html --metric 'blockio*' --metric '*latency*'\n"
            "  inlay report web01.parquet -o all.html --charts 200 --title 'After the deploy'\n",
    .options = web_options,
    .settings_bytes = sizeof(struct web_settings),
    .min_operands = 1,
    .max_operands = 1,
    .run = web_command,
};

#endif
