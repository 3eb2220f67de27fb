/* Bytes of a stream, in a buffer that always holds the row at hand as a whole. */
#include "import/import.h"

#if INLAY_WRITE && INLAY_IMPORT

#include <string.h>

static inlay_status input_room(struct input *in, size_t capacity)
{
    void *block = in->data;
    TRY(mem_resize(in->env, &block, in->data ? in->capacity + INPUT_SLACK : 0, capacity + INPUT_SLACK));
    in->data = block;
    in->capacity = capacity;
    return INLAY_OK;
}

inlay_status input_open(struct input *in, inlay_env *env, const inlay_stream *stream, size_t bytes)
{
    static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};
    *in = (struct input){.env = env, .stream = *stream, .line = 1};
    TRY(input_room(in, bytes));
    in->data[0] = '\n';
    inlay_status status = input_more(in, SIZE_MAX);
    if (status == INLAY_OK && in->end >= 2 && (memcmp(in->data, "\xFF\xFE", 2) == 0 || memcmp(in->data, "\xFE\xFF", 2) == 0))
        return err_set_at(env, INLAY_CORRUPT, ERR("this is UTF-16 text; UTF-8 is wanted"), 0);
    if (status == INLAY_OK && in->end >= sizeof mark && memcmp(in->data, mark, sizeof mark) == 0)
        in->at = sizeof mark;
    return status == INLAY_END ? INLAY_OK : status;
}

void input_close(struct input *in)
{
    mem_free(in->env, in->data, in->data ? in->capacity + INPUT_SLACK : 0);
    in->data = NULL;
}

inlay_status input_more(struct input *in, size_t most)
{
    if (in->last)
        return INLAY_END;
    if (in->at > 0) {
        memmove(in->data, in->data + in->at, in->end - in->at);
        in->offset += in->at;
        in->end -= in->at;
        in->at = 0;
    }
    if (in->end >= most)
        return INLAY_LIMIT;
    if (in->end == in->capacity)
        TRY(input_room(in, in->capacity > SIZE_MAX / 4 ? SIZE_MAX / 2 : in->capacity * 2));
    size_t before = in->end;
    while (in->end < in->capacity && !in->last) {
        size_t n = 0, room = in->capacity - in->end;
        int os_error = in->stream.read(in->stream.ctx, in->data + in->end, room, &n);
        if (os_error != 0)
            return err_set_os(in->env, ERR("the input cannot be read"), os_error);
        in->last = n == 0 || n > room;
        in->end += n <= room ? n : 0;
    }
    in->data[in->end] = '\n';
    return in->end > before ? INLAY_OK : INLAY_END;
}

#endif
