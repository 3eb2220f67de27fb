/* Facts about events in a file: the footer of three rows in memory is edited and read again, as the command that
 * annotates does it (inlay/edit.h); the rows stay. */
#include "list.h"

#if INLAY_EVENTS && INLAY_WRITE

struct ft_file {
    inlay_memory_sink memory;
    inlay_reader *reader;
};

static void ft_open(struct ft_file *f)
{
    inlay_source source = inlay_source_memory(f->memory.data, f->memory.bytes);
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &f->reader), INLAY_OK);
}

static void ft_close(struct ft_file *f)
{
    inlay_reader_close(f->reader);
    inlay_sink_memory_free(&f->memory);
}

/* timestamp 1, 2, 3; source=rezolus, node=web01 */
static void ft_make(struct ft_file *f)
{
    static const int64_t stamps[] = {1, 2, 3};
    inlay_env *env = test_env();
    *f = (struct ft_file){.reader = NULL};
    inlay_node spec = {.name = list_bytes("timestamp"), .type = INLAY_INT64,
                       .logical = {.kind = INLAY_INTEGER, .bits = 64}};
    inlay_batch batch = {.n_levels = 3, .n_values = 3, .values = stamps};
    inlay_sink sink = inlay_sink_memory(&f->memory, env);
    inlay_bytes source = list_bytes("rezolus"), node = list_bytes("web01");
    inlay_schema *schema = NULL;
    inlay_writer *writer = NULL;
    CHECK_INT(inlay_schema_new(env, &schema), INLAY_OK);
    CHECK_INT(inlay_schema_add(schema, 0, &spec, NULL), INLAY_OK);
    CHECK_INT(inlay_writer_open(env, &sink, schema, NULL, &writer), INLAY_OK);
    CHECK_INT(inlay_writer_write(writer, 0, &batch), INLAY_OK);
    CHECK_INT(inlay_writer_key_value(writer, list_bytes("source"), &source), INLAY_OK);
    CHECK_INT(inlay_writer_key_value(writer, list_bytes("node"), &node), INLAY_OK);
    CHECK_INT(inlay_writer_finish(writer), INLAY_OK);
    inlay_writer_close(writer);
    inlay_schema_close(schema);
    ft_open(f);
}

static inlay_events *ft_events(const struct ft_file *f)
{
    inlay_events *events = list_from(NULL);
    const inlay_key_value *kv = inlay_reader_find_key(f->reader, INLAY_EVENTS_KEY);
    if (kv && kv->has_value)
        CHECK_INT(inlay_events_add_payload(events, kv->value), INLAY_OK);
    return events;
}

/* Read, clear if asked, merge what is new (NULL = nothing), write. Returns whether the file changed. */
static bool ft_annotate(struct ft_file *f, bool clear, const char *text)
{
    inlay_env *env = test_env();
    inlay_events *events = clear ? list_from(NULL) : ft_events(f), *more = list_from(text);
    CHECK_INT(inlay_events_merge(events, more, NULL, NULL), INLAY_OK);
    inlay_memory_sink payload, end;
    inlay_sink sink = inlay_sink_memory(&payload, env);
    CHECK_INT(inlay_events_write(events, INLAY_EVENTS_PAYLOAD, NULL, &sink), INLAY_OK);
    inlay_edit edit = {.kind = inlay_events_count(events) ? INLAY_EDIT_SET : INLAY_EDIT_REMOVE,
                       .key_value = {list_bytes(INLAY_EVENTS_KEY), {payload.data, payload.bytes}, true}};
    bool changed = false;
    sink = inlay_sink_memory(&end, env);
    CHECK_INT(inlay_footer_edit(env, f->reader, &edit, 1, &sink, &changed), INLAY_OK);
    inlay_sink_memory_free(&payload);
    inlay_events_close(more);
    inlay_events_close(events);
    if (changed) {
        inlay_memory_sink whole;
        sink = inlay_sink_memory(&whole, env);
        CHECK_INT(sink.append(sink.ctx, f->memory.data, (size_t)inlay_reader_data_bytes(f->reader)), 0);
        CHECK_INT(sink.append(sink.ctx, end.data, end.bytes), 0);
        ft_close(f);
        f->memory = whole;
        ft_open(f);
    }
    inlay_sink_memory_free(&end);
    return changed;
}

static void ft_check(struct ft_file *f, const char *descriptions)
{
    inlay_events *events = ft_events(f);
    list_check(events, descriptions);
    inlay_events_close(events);
    CHECK_INT(inlay_reader_rows(f->reader), 3);
}

static void ft_adds(void)
{
    struct ft_file f;
    ft_make(&f);
    CHECK(ft_annotate(&f, false, "{\"events\":[{\"timestamp\":1,\"description\":\"restart\"}]}"));
    ft_check(&f, "restart");
    CHECK(ft_annotate(&f, false, "[{\"timestamp\":0,\"description\":\"before\"}]"));
    ft_check(&f, "before,restart");
    ft_close(&f);
}

static void ft_clear_then_add(void)
{
    struct ft_file f;
    ft_make(&f);
    ft_annotate(&f, false, "[{\"timestamp\":1,\"description\":\"old\"}]");
    CHECK(ft_annotate(&f, true, "[{\"timestamp\":2,\"description\":\"new\"}]"));
    ft_check(&f, "new");
    ft_close(&f);
}

static void ft_clear_only(void)
{
    struct ft_file f;
    ft_make(&f);
    uint64_t bytes = f.memory.bytes;
    ft_annotate(&f, false, "[{\"timestamp\":1,\"description\":\"old\"}]");
    CHECK(f.memory.bytes > bytes);
    CHECK(ft_annotate(&f, true, NULL));
    CHECK(inlay_reader_find_key(f.reader, INLAY_EVENTS_KEY) == NULL);
    CHECK_INT(f.memory.bytes, bytes); /* nothing of it is left */
    ft_close(&f);
}

static void ft_nothing_to_do(void)
{
    struct ft_file f;
    ft_make(&f);
    CHECK(!ft_annotate(&f, false, NULL));
    ft_annotate(&f, false, "[{\"timestamp\":1,\"description\":\"a\",\"id\":\"x\",\"color\":\"red\"}]");
    CHECK(!ft_annotate(&f, false, NULL));
    CHECK(!ft_annotate(&f, false, "[{\"timestamp\":0,\"description\":\"b\",\"id\":\"x\"}]")); /* it is there */
    ft_close(&f);
}

static void ft_preserves_other_metadata(void)
{
    struct ft_file f;
    ft_make(&f);
    ft_annotate(&f, false, "[{\"timestamp\":1,\"description\":\"d\"}]");
    CHECK(list_is(inlay_reader_find_key(f.reader, "source")->value, "rezolus"));
    CHECK(list_is(inlay_reader_find_key(f.reader, "node")->value, "web01"));
    ft_close(&f);
}

TEST_SUITE(events_footer) = {
    {"run adds events from file", ft_adds},
    {"run clear then add replaces events", ft_clear_then_add},
    {"run clear only wipes events", ft_clear_only},
    {"run returns false when no event args, or nothing is new", ft_nothing_to_do},
    {"run preserves other metadata", ft_preserves_other_metadata},
    {0},
};

#else
TEST_SUITE(events_footer) = {{0}};
#endif
