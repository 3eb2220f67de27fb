/* Events: the last byte says what the bytes before it are (footer value, a text that was handed over, key=value
 * pairs). What is taken is written and read again: the same bytes; normalising twice is normalising once. */
#include "input.h"
#include "inlay/inlay.h"

enum { FUZZ_PAYLOAD, FUZZ_TEXT, FUZZ_LINES, FUZZ_INLINE, FUZZ_EDIT, FUZZ_KINDS };

static inlay_memory_sink fuzz_write(inlay_env *env, const inlay_events *events, enum inlay_events_form form)
{
    inlay_memory_sink memory;
    inlay_sink sink = inlay_sink_memory(&memory, env);
    FUZZ_FACT(inlay_events_write(events, form, NULL, &sink) == INLAY_OK);
    return memory;
}

static inlay_status fuzz_read(inlay_events *events, inlay_bytes text, unsigned kind)
{
    const inlay_event_clock clock = {true, true, true, 1778599380000000000, 1778599000000000000, 1778599999000000000};
    switch (kind) {
    case FUZZ_PAYLOAD:
        return inlay_events_add_payload(events, text);
    case FUZZ_TEXT:
        return inlay_events_add_text(events, text, INLAY_EVENTS_GUESS, &clock);
    case FUZZ_LINES:
        return inlay_events_add_text(events, text, INLAY_EVENTS_LINES, &clock);
    case FUZZ_INLINE:
        return inlay_events_add_inline(events, text, &clock);
    default:
        FUZZ_FACT(inlay_events_add(events, &(inlay_event){.timestamp_ns = 1}) == INLAY_OK);
        return inlay_events_edit(events, 0, text, &clock);
    }
}

/* Write, read strictly, write: the same. */
static void fuzz_again(inlay_env *env, const inlay_events *events)
{
    inlay_events *again = NULL;
    inlay_memory_sink first = fuzz_write(env, events, INLAY_EVENTS_PAYLOAD);
    FUZZ_FACT(inlay_events_open(env, &again) == INLAY_OK);
    FUZZ_FACT(inlay_events_add_payload(again, (inlay_bytes){first.data, first.bytes}) == INLAY_OK);
    FUZZ_FACT(inlay_events_count(again) == inlay_events_count(events));
    inlay_memory_sink second = fuzz_write(env, again, INLAY_EVENTS_PAYLOAD);
    FUZZ_FACT(first.bytes == second.bytes && memcmp(first.data, second.data, first.bytes) == 0);
    inlay_sink_memory_free(&second);
    inlay_sink_memory_free(&first);
    inlay_memory_sink lines = fuzz_write(env, events, INLAY_EVENTS_LINES);
    size_t n = 0;
    for (size_t i = 0; i < lines.bytes; i++)
        n += lines.data[i] == '\n';
    FUZZ_FACT(n == inlay_events_count(events));
    inlay_sink_memory_free(&lines);
    inlay_memory_sink csv = fuzz_write(env, events, INLAY_EVENTS_CSV);
    inlay_sink_memory_free(&csv);
    inlay_events_close(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    inlay_env env = {.limits = {.memory_bytes = 256u << 20}};
    struct fuzz_input in = {data, size};
    unsigned kind = fuzz_u8(&in) % FUZZ_KINDS;
    uint8_t *copy = fuzz_copy(in.data, in.size);
    inlay_events *events = NULL;
    size_t dropped = 1;
    FUZZ_FACT(inlay_events_open(&env, &events) == INLAY_OK);
    inlay_status status = fuzz_read(events, (inlay_bytes){copy, in.size}, kind);
    free(copy); /* the list needs nothing of it */
    if (status == INLAY_OK) {
        fuzz_again(&env, events);
        FUZZ_FACT(inlay_events_auto_id(events) == INLAY_OK);
        FUZZ_FACT(inlay_events_normalise(events, NULL) == INLAY_OK);
        fuzz_again(&env, events);
        FUZZ_FACT(inlay_events_normalise(events, &dropped) == INLAY_OK && dropped == 0);
    } else {
        FUZZ_FACT(status == INLAY_ARG && env.error.at >= 0 && (uint64_t)env.error.at <= in.size);
        FUZZ_FACT(inlay_events_count(events) == (kind == FUZZ_EDIT));
    }
    inlay_events_close(events);
    FUZZ_FACT(env.used_bytes == 0);
    return 0;
}
