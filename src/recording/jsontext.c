/* JSON with other white space; see inlay/annotate.h. The text is checked first, then only its marks are looked at. */
#include "inlay/annotate.h"

#if INLAY_RECORDING

#include "base/buf.h"

static void jsontext_line(struct buf *b, uint32_t indent, uint32_t depth)
{
    if (indent == 0)
        return;
    buf_u8(b, '\n');
    for (uint64_t i = (uint64_t)indent * depth; i > 0; i--)
        buf_u8(b, ' ');
}

static size_t jsontext_string_end(inlay_bytes text, size_t at)
{
    for (at++; text.data[at] != '"'; at++)
        at += text.data[at] == '\\';
    return at + 1;
}

static bool jsontext_is_space(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void jsontext_walk(struct buf *b, inlay_bytes text, uint32_t indent)
{
    uint32_t depth = 0;
    for (size_t at = 0, next; at < text.len; at = next) {
        uint8_t c = text.data[at];
        next = c == '"' ? jsontext_string_end(text, at) : at + 1;
        if (jsontext_is_space(c))
            continue;
        if (c == '}' || c == ']')
            jsontext_line(b, indent, --depth);
        buf_append(b, text.data + at, next - at);
        if (c == ':' && indent)
            buf_u8(b, ' ');
        if (c == ',')
            jsontext_line(b, indent, depth);
        if (c != '{' && c != '[')
            continue;
        while (jsontext_is_space(text.data[next])) /* there is a closing bracket */
            next++;
        if (text.data[next] == '}' || text.data[next] == ']')
            buf_u8(b, text.data[next++]);
        else
            jsontext_line(b, indent, ++depth);
    }
}

inlay_status inlay_json_format(inlay_env *env, inlay_bytes text, uint32_t indent, const inlay_sink *sink)
{
    struct buf b;
    TRY(inlay_json_check(env, text));
    buf_init(&b, env);
    jsontext_walk(&b, text, indent < 16 ? indent : 16);
    inlay_status status = b.status;
    int e = status == INLAY_OK ? sink->append(sink->ctx, b.data, b.bytes) : 0;
    if (e)
        status = err_set_os(env, ERR("cannot write"), e);
    buf_free(&b);
    return status;
}

#endif
