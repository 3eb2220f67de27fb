/* What may stand in HTML; see web.h. Names and texts of files are untrusted. */
#include "cli/web.h"

#include "cli/utf8.h"

static void web_escape_byte(struct out *o, uint8_t c)
{
    switch (c) {
    case '&':
        out_text(o, "&amp;");
        break;
    case '<':
        out_text(o, "&lt;");
        break;
    case '>':
        out_text(o, "&gt;");
        break;
    case '"':
        out_text(o, "&quot;");
        break;
    case '\'':
        out_text(o, "&#39;");
        break;
    default:
        out_char(o, (char)c);
    }
}

void web_escape(struct out *o, inlay_bytes text, size_t most)
{
    const uint8_t *p = text.data, *end = p + text.len;
    for (size_t n = 0; p < end; n++) {
        size_t left = (size_t)(end - p), step = utf8_step(p, left);
        if (most && n == most) {
            out_text(o, "\xE2\x80\xA6");
            return;
        }
        if (step == 0) {
            out_text(o, "\xEF\xBF\xBD");
            p += utf8_bad_bytes(p, left);
            continue;
        }
        if (*p == '\n' || *p == '\t')
            out_char(o, (char)*p);
        else if (utf8_is_control(p, step))
            out_text(o, "\xEF\xBF\xBD");
        else if (step == 1)
            web_escape_byte(o, *p);
        else
            out_bytes(o, p, step);
        p += step;
    }
}

void web_escape_text(struct out *o, const char *text)
{
    web_escape(o, (inlay_bytes){(const uint8_t *)text, strlen(text)}, 0);
}

bool web_is(inlay_bytes text, const char *other)
{
    size_t n = strlen(other);
    return text.len == n && (n == 0 || memcmp(text.data, other, n) == 0);
}

int web_compare(inlay_bytes a, inlay_bytes b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.data, b.data, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* The last star takes one character more each time that what follows it does not fit: no recursion. */
bool web_glob(const char *glob, inlay_bytes text)
{
    const char *star = NULL;
    size_t at = 0, star_at = 0;
    while (at < text.len) {
        if (*glob == '*') {
            star = ++glob;
            star_at = at;
        } else if (*glob && (*glob == '?' || (uint8_t)*glob == text.data[at])) {
            glob++;
            at++;
        } else if (star) {
            glob = star;
            at = ++star_at;
        } else {
            return false;
        }
    }
    while (*glob == '*')
        glob++;
    return !*glob;
}
