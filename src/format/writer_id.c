/* created_by taken apart; see writer_id.h. */
#include "format/writer_id.h"

#include <string.h>

static bool writer_id_space(uint8_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static uint8_t writer_id_lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static inlay_bytes writer_id_trim(inlay_bytes text)
{
    while (text.len && writer_id_space(text.data[0]))
        text = (inlay_bytes){text.data + 1, text.len - 1};
    while (text.len && writer_id_space(text.data[text.len - 1]))
        text.len--;
    return text;
}

/* Where `word` stands in text from `from` on; text.len when nowhere. */
static size_t writer_id_find(inlay_bytes text, size_t from, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = from; i < text.len && n <= text.len - i; i++)
        if (memcmp(text.data + i, word, n) == 0)
            return i;
    return text.len;
}

/* A number of at most nine digits at *at, which moves behind it. */
static bool writer_id_number(inlay_bytes text, size_t *at, uint32_t *value)
{
    size_t from = *at;
    *value = 0;
    for (; *at < text.len && text.data[*at] >= '0' && text.data[*at] <= '9'; ++*at) {
        if (*at - from == 9)
            return false;
        *value = *value * 10 + (uint32_t)(text.data[*at] - '0');
    }
    return *at > from;
}

static void writer_id_version(struct writer_id *id)
{
    inlay_bytes v = id->version;
    size_t at = 0;
    if (!writer_id_number(v, &at, &id->major) || at == v.len || v.data[at++] != '.' ||
        !writer_id_number(v, &at, &id->minor))
        return;
    size_t behind = at;
    if (at < v.len && v.data[at++] == '.' && writer_id_number(v, &at, &id->patch))
        behind = at;
    else
        id->patch = 0;
    id->suffix = (inlay_bytes){v.data + behind, v.len - behind};
    id->has_numbers = true;
}

struct writer_id writer_id_parse(inlay_bytes created_by)
{
    struct writer_id id = {0};
    inlay_bytes text = writer_id_trim(created_by);
    size_t open = writer_id_find(text, 0, "("), word = writer_id_find(text, 0, " version");
    if (open < text.len) {
        inlay_bytes inner = {text.data + open + 1,
                             writer_id_find(text, open, ")") - open - 1};
        inner = writer_id_trim(inner);
        if (inner.len >= 5 && memcmp(inner.data, "build", 5) == 0)
            id.build = writer_id_trim((inlay_bytes){inner.data + 5, inner.len - 5});
    }
    size_t head = word < open ? word : open;
    id.application = writer_id_trim((inlay_bytes){text.data, head});
    if (word < open) {
        size_t at = word + strlen(" version");
        id.version = writer_id_trim((inlay_bytes){text.data + at, open - at});
        writer_id_version(&id);
    }
    return id;
}

bool writer_id_is(const struct writer_id *id, const char *application)
{
    size_t n = strlen(application);
    if (id->application.len != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (writer_id_lower(id->application.data[i]) != writer_id_lower((uint8_t)application[i]))
            return false;
    return true;
}

bool writer_id_before(const struct writer_id *id, const char *application, uint32_t major,
                      uint32_t minor, uint32_t patch)
{
    if (!writer_id_is(id, application))
        return false;
    if (!id->has_numbers)
        return true;
    if (id->major != major)
        return id->major < major;
    if (id->minor != minor)
        return id->minor < minor;
    if (id->patch != patch)
        return id->patch < patch;
    return id->suffix.len > 0 && id->suffix.data[0] != '+'; /* +build is the version itself */
}
