/* Failures in words; see report.h. */
#include "cli/report.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/utf8.h"

int report_code(inlay_status status)
{
    static const uint8_t codes[] = {
        [INLAY_OK] = REPORT_DONE,     [INLAY_END] = REPORT_DONE,        [INLAY_ARG] = REPORT_USAGE,
        [INLAY_NOMEM] = REPORT_IO,    [INLAY_LIMIT] = REPORT_BAD,       [INLAY_IO] = REPORT_IO,
        [INLAY_CORRUPT] = REPORT_BAD, [INLAY_UNSUPPORTED] = REPORT_BAD,
    };
    return (size_t)status < sizeof codes ? codes[status] : REPORT_BAD;
}

const char *report_advice(inlay_status status)
{
    static const char *const advice[] = {
        [INLAY_NOMEM] = "allow more with --max-memory, or name fewer columns or files",
        [INLAY_LIMIT] = "if the file is trusted, lift the limits with --no-limits",
        [INLAY_CORRUPT] = "the file is damaged or incomplete: copy or write it again",
        [INLAY_UNSUPPORTED] = "valid Parquet, but beyond this build of inlay",
    };
    return (size_t)status < sizeof advice / sizeof *advice ? advice[status] : NULL;
}

const char *report_safe(char *text, size_t capacity, inlay_bytes name)
{
    size_t used = 0, i = 0;
    while (i < name.len) {
        char piece[8];
        size_t n = 0, step = utf8_step(name.data + i, name.len - i);
        if (step == 0) {
            memcpy(piece, "\xEF\xBF\xBD", 3);
            n = 3;
            step = utf8_bad_bytes(name.data + i, name.len - i);
        } else if (utf8_is_control(name.data + i, step)) {
            for (size_t k = 0; k < step; k++)
                n += (size_t)snprintf(piece + n, sizeof piece - n, "\\x%02X", name.data[i + k]);
        } else {
            memcpy(piece, name.data + i, step);
            n = step;
        }
        if (n + 3 > capacity - used) { /* ".." and the zero must fit behind it */
            memcpy(text + used, "..", capacity - used < 3 ? 0 : 2);
            used += capacity - used < 3 ? 0 : 2;
            break;
        }
        memcpy(text + used, piece, n);
        used += n;
        i += step;
    }
    text[used] = '\0';
    return text;
}

struct report_line {
    char *text;
    size_t used, capacity;
};

static void report_add(struct report_line *line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line->text + line->used, line->capacity - line->used, format, args);
    va_end(args);
    if (n > 0)
        line->used += (size_t)n;
    if (line->used >= line->capacity)
        line->used = line->capacity - 1;
}

static inlay_bytes report_bytes(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

void report_text(char *text, size_t capacity, const char *path, const inlay_error *error,
                 const char *advice)
{
    struct report_line line = {text, 0, capacity};
    char safe[512];
    const char *comma = "";
    text[0] = '\0';
    if (path)
        report_add(&line, "%s: ", report_safe(safe, sizeof safe, report_bytes(path)));
    if (error->row_group >= 0) {
        report_add(&line, "row group %ld", (long)error->row_group);
        comma = ", ";
    }
    if (error->column[0]) {
        report_add(&line, "%scolumn %s", comma,
                   report_safe(safe, sizeof safe, report_bytes(error->column)));
        comma = ", ";
    }
    if (error->page >= 0) {
        report_add(&line, "%spage %ld", comma, (long)error->page);
        comma = ", ";
    }
    if (error->row >= 0) {
        report_add(&line, "%srow %lld", comma, (long long)error->row);
        comma = ", ";
    }
    if (error->at >= 0) {
        report_add(&line, "%sbyte %lld", comma, (long long)error->at);
        comma = ", ";
    }
    if (*comma)
        report_add(&line, ": ");
    report_add(&line, "%s",
               error->what && error->what[0] ? error->what : inlay_status_name(error->status));
    if (error->os_error != 0)
        report_add(&line, ": %s", strerror(error->os_error));
    else if (advice)
        report_add(&line, " (%s)", advice);
}

int report_failure(const char *path, const inlay_error *error)
{
    return report_failure_with(path, error, report_advice(error->status));
}

int report_failure_with(const char *path, const inlay_error *error, const char *advice)
{
    char text[1400];
    report_text(text, sizeof text, path, error, advice);
    fprintf(stderr, "inlay: %s\n", text);
    return report_code(error->status);
}

int report_system(const char *path, const char *doing, int os_error)
{
    char safe[1024];
    fprintf(stderr, "inlay: %s: %s: %s\n", report_safe(safe, sizeof safe, report_bytes(path)),
            doing, strerror(os_error));
    return REPORT_IO;
}

static void report_write(const char *format, va_list args)
{
    char text[1400], safe[1600];
    vsnprintf(text, sizeof text, format, args);
    fprintf(stderr, "inlay: %s\n", report_safe(safe, sizeof safe, report_bytes(text)));
}

int report_usage(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_write(format, args);
    va_end(args);
    return REPORT_USAGE;
}

void report_note(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    report_write(format, args);
    va_end(args);
}

int report_memory(void)
{
    fputs("inlay: out of memory\n", stderr);
    return REPORT_IO;
}
