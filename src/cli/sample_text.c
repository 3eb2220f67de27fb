/* The texts of /proc; see sample_text.h. */
#ifndef _POSIX_C_SOURCE
#define _POSIX_C_SOURCE 200809L
#endif
#include "cli/sample_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLE_TEXT_FIRST = 16 * 1024, SAMPLE_TEXT_MOST = 16 * 1024 * 1024 };

bool sample_text_line(struct sample_text *text, struct sample_text *line)
{
    if (text->at == text->end)
        return false;
    const char *stop = memchr(text->at, '\n', (size_t)(text->end - text->at));
    *line = (struct sample_text){text->at, stop ? stop : text->end};
    text->at = stop ? stop + 1 : text->end;
    return true;
}

static bool sample_text_blank(char c)
{
    return c == ' ' || c == '\t';
}

static void sample_text_skip(struct sample_text *line)
{
    while (line->at < line->end && sample_text_blank(*line->at))
        line->at++;
}

inlay_bytes sample_text_word(struct sample_text *line)
{
    sample_text_skip(line);
    const char *start = line->at;
    while (line->at < line->end && !sample_text_blank(*line->at))
        line->at++;
    return (inlay_bytes){(const uint8_t *)start, (size_t)(line->at - start)};
}

bool sample_text_until(struct sample_text *line, char c, inlay_bytes *before)
{
    sample_text_skip(line);
    size_t left = (size_t)(line->end - line->at);
    const char *stop = left ? memchr(line->at, c, left) : NULL;
    if (!stop)
        return false;
    *before = (inlay_bytes){(const uint8_t *)line->at, (size_t)(stop - line->at)};
    line->at = stop + 1;
    return true;
}

static bool sample_text_number(inlay_bytes word, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < word.len; i++) {
        uint64_t digit = (uint64_t)word.data[i] - '0';
        if (digit > 9 || *value > (UINT64_MAX - digit) / 10)
            return false;
        *value = *value * 10 + digit;
    }
    return word.len > 0;
}

bool sample_text_u64(struct sample_text *line, uint64_t *value)
{
    return sample_text_number(sample_text_word(line), value);
}

bool sample_text_decimal(inlay_bytes word, double *value)
{
    const uint8_t *point = word.len ? memchr(word.data, '.', word.len) : NULL;
    uint64_t whole, part = 0;
    double scale = 1;
    size_t len = point ? (size_t)(point - word.data) : word.len;
    if (!sample_text_number((inlay_bytes){word.data, len}, &whole))
        return false;
    if (point && !sample_text_number((inlay_bytes){point + 1, word.len - len - 1}, &part))
        return false;
    for (size_t i = len + 1; i < word.len; i++)
        scale *= 10;
    *value = (double)whole + (double)part / scale;
    return true;
}

bool sample_text_is(inlay_bytes word, const char *text)
{
    return word.len == strlen(text) && (word.len == 0 || memcmp(word.data, text, word.len) == 0);
}

/* Twice the room, or none left. */
static int sample_text_grow(char **buffer, size_t *capacity)
{
    size_t want = *capacity ? *capacity * 2 : SAMPLE_TEXT_FIRST;
    char *fresh = want <= SAMPLE_TEXT_MOST ? realloc(*buffer, want) : NULL;
    if (!fresh)
        return want <= SAMPLE_TEXT_MOST ? ENOMEM : EFBIG;
    *buffer = fresh;
    *capacity = want;
    return 0;
}

int sample_text_read(const char *path, char **buffer, size_t *capacity, struct sample_text *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), failed = 0;
    size_t n = 0;
    if (fd < 0)
        return errno;
    while (!failed) {
        if (n == *capacity && (failed = sample_text_grow(buffer, capacity)) != 0)
            break;
        ssize_t got = read(fd, *buffer + n, *capacity - n);
        if (got < 0 && errno != EINTR)
            failed = errno;
        if (got == 0)
            break;
        if (got > 0)
            n += (size_t)got;
    }
    close(fd);
    if (!failed)
        *text = (struct sample_text){*buffer, *buffer + n};
    return failed;
}
