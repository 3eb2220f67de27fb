/* Facts about editing a footer's key-values. */
#include <stdlib.h>

#include "format/file.h"

static inlay_bytes edit_text(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

static inlay_edit edit_of(inlay_edit_kind kind, const char *key, const char *value)
{
    inlay_edit e = {.kind = kind, .key_value = {.key = edit_text(key), .has_value = value != NULL}};
    if (value)
        e.key_value.value = edit_text(value);
    return e;
}

struct edit_file {
    inlay_env *env;
    inlay_memory_sink memory;
    inlay_reader *reader;
};

static void edit_open(struct edit_file *f)
{
    inlay_source source = inlay_source_memory(f->memory.data, f->memory.bytes);
    CHECK_INT(inlay_reader_open(f->env, &source, NULL, &f->reader), INLAY_OK);
}

static void edit_start(struct edit_file *f)
{
    *f = (struct edit_file){.env = test_env()};
    inlay_sink sink = inlay_sink_memory(&f->memory, f->env);
    CHECK_INT(file_write(f->env, &sink, NULL, 50, 50, 50, 7), INLAY_OK);
    edit_open(f);
}

static void edit_end(struct edit_file *f)
{
    inlay_reader_close(f->reader);
    inlay_sink_memory_free(&f->memory);
}

/* Edit, put the new end in the place of the old one, and open that. */
static bool edit_apply(struct edit_file *f, const inlay_edit *edits, size_t n)
{
    inlay_memory_sink tail = {0};
    inlay_sink sink = inlay_sink_memory(&tail, f->env);
    bool changed = false;
    CHECK_INT(inlay_footer_edit(f->env, f->reader, edits, n, &sink, &changed), INLAY_OK);
    CHECK_INT(tail.bytes > 0, changed);
    if (changed) {
        f->memory.bytes = (size_t)inlay_reader_data_bytes(f->reader);
        inlay_reader_close(f->reader);
        inlay_sink whole = {.ctx = &f->memory, .append = sink.append};
        CHECK_INT(whole.append(whole.ctx, tail.data, tail.bytes), 0);
        edit_open(f);
    }
    inlay_sink_memory_free(&tail);
    return changed;
}

/* All keys and values as text: "a=1 b= c". */
static void edit_check(struct edit_file *f, const char *want)
{
    char got[400] = "";
    for (uint32_t i = 0; i < inlay_reader_key_values(f->reader); i++) {
        const inlay_key_value *kv = inlay_reader_key_value(f->reader, i);
        size_t used = strlen(got);
        snprintf(got + used, sizeof got - used, "%s%.*s%s%.*s", i ? " " : "", (int)kv->key.len, (const char *)kv->key.data,
                 kv->has_value ? "=" : "", (int)kv->value.len, (const char *)kv->value.data);
    }
    CHECK_TEXT(got, want);
    inlay_column *column = NULL;
    CHECK_INT(inlay_column_open(f->reader, FILE_TEXT, 0, &column), INLAY_OK);
    CHECK_INT(file_check(column, FILE_TEXT, 0, 7, 0), 50);
    inlay_column_close(column);
}

static void edit_bytes(void)
{
    struct edit_file f;
    edit_start(&f);
    inlay_bytes footer = inlay_reader_footer(f.reader);
    uint8_t before[4096];
    size_t n = footer.len;
    CHECK(n < sizeof before);
    memcpy(before, footer.data, n);
    inlay_edit add = edit_of(INLAY_EDIT_SET, "ab", "xyz"), gone = edit_of(INLAY_EDIT_REMOVE, "ab", NULL);
    CHECK(edit_apply(&f, &add, 1));
    footer = inlay_reader_footer(f.reader);
    /* field 5 behind field 4: list of 1 struct {1: "ab", 2: "xyz"}; the next header, created_by, counts from 5 */
    static const uint8_t list[] = {0x19, 0x1C, 0x18, 2, 'a', 'b', 0x18, 3, 'x', 'y', 'z', 0};
    CHECK_INT(footer.len, n + sizeof list);
    size_t at = 0;
    while (at < n && memcmp(footer.data + at, list, sizeof list) != 0)
        at++;
    CHECK_BYTES(footer.data, at, before, at);
    CHECK_INT(before[at], 0x28);
    CHECK_INT(footer.data[at + sizeof list], 0x18);
    CHECK_BYTES(footer.data + at + sizeof list + 1, n - at - 1, before + at + 1, n - at - 1);
    edit_check(&f, "ab=xyz");
    CHECK(edit_apply(&f, &gone, 1));
    footer = inlay_reader_footer(f.reader);
    CHECK_BYTES(footer.data, footer.len, before, n);
    edit_check(&f, "");
    edit_end(&f);
}

static void edit_kinds(void)
{
    struct edit_file f;
    edit_start(&f);
    inlay_edit first[] = {edit_of(INLAY_EDIT_ADD, "a", "1"), edit_of(INLAY_EDIT_ADD, "b", NULL),
                          edit_of(INLAY_EDIT_ADD, "a", "2"), edit_of(INLAY_EDIT_ADD, "c", "")};
    CHECK(edit_apply(&f, first, 4));
    edit_check(&f, "a=1 b a=2 c=");
    inlay_edit same[] = {edit_of(INLAY_EDIT_SET, "c", ""), edit_of(INLAY_EDIT_REMOVE, "none", NULL)};
    CHECK(!edit_apply(&f, same, 2));
    inlay_edit second[] = {edit_of(INLAY_EDIT_SET, "a", "3"), edit_of(INLAY_EDIT_SET, "d", NULL)};
    CHECK(edit_apply(&f, second, 2));
    edit_check(&f, "a=3 b c= d");
    inlay_edit third[] = {edit_of(INLAY_EDIT_REMOVE, "b", NULL), edit_of(INLAY_EDIT_SET, "c", NULL),
                          edit_of(INLAY_EDIT_ADD, "b", "4")};
    CHECK(edit_apply(&f, third, 3));
    edit_check(&f, "a=3 c d b=4");
    edit_end(&f);
}

/* A field that no reader knows, ahead of the struct's end: 0x08 = long form, type i32, id 100 as zigzag, value 1. */
static void edit_put_fields(struct edit_file *f, const uint8_t *fields, size_t bytes)
{
    uint64_t at = inlay_reader_data_bytes(f->reader);
    size_t n = (size_t)inlay_reader_footer_bytes(f->reader), now = n - 1 + bytes;
    inlay_sink sink = {.ctx = &f->memory, .append = inlay_sink_memory(&(inlay_memory_sink){0}, f->env).append};
    inlay_reader_close(f->reader);
    f->memory.bytes = (size_t)at + n - 1;
    uint8_t tail[8] = {(uint8_t)now, (uint8_t)(now >> 8), 0, 0, 'P', 'A', 'R', '1'};
    CHECK_INT(sink.append(sink.ctx, fields, bytes), 0);
    CHECK_INT(sink.append(sink.ctx, tail, sizeof tail), 0);
    edit_open(f);
}

static void edit_unknown_field(void)
{
    static const uint8_t field[] = {0x05, 0xC8, 0x01, 0x02, 0x00};
    struct edit_file f;
    edit_start(&f);
    edit_put_fields(&f, field, sizeof field);
    inlay_edit add = edit_of(INLAY_EDIT_SET, "k", "v");
    CHECK(edit_apply(&f, &add, 1));
    inlay_bytes footer = inlay_reader_footer(f.reader);
    CHECK_BYTES(footer.data + footer.len - sizeof field, sizeof field, field, sizeof field);
    edit_check(&f, "k=v");
    edit_end(&f);
}

/* As many fields as are noted when a footer is read, and more: the last are fields 100, 101 ... of type true. */
static void edit_many_fields(void)
{
    uint8_t fields[100] = {0x01, 0xC8, 0x01};
    struct edit_file f;
    inlay_memory_sink tail = {0};
    inlay_sink sink = inlay_sink_memory(&tail, test_env());
    inlay_edit add = edit_of(INLAY_EDIT_SET, "k", "v");
    memset(fields + 3, 0x11, 16);
    edit_start(&f);
    edit_put_fields(&f, fields, 20);
    CHECK(edit_apply(&f, &add, 1));
    edit_check(&f, "k=v");
    memset(fields + 3, 0x11, sizeof fields - 4);
    edit_put_fields(&f, fields, sizeof fields);
    CHECK_INT(inlay_footer_edit(f.env, f.reader, &add, 1, &sink, NULL), INLAY_UNSUPPORTED);
    CHECK_INT(tail.bytes, 0);
    edit_end(&f);
}

static void edit_twenty(void)
{
    struct edit_file f;
    char want[400] = "";
    edit_start(&f);
    for (int i = 0; i < 20; i++) { /* over 14 key-values the list's header grows */
        char key[8];
        snprintf(key, sizeof key, "k%d", i);
        snprintf(want + strlen(want), sizeof want - strlen(want), "%sk%d=v", i ? " " : "", i);
        inlay_edit add = edit_of(INLAY_EDIT_SET, key, "v");
        CHECK(edit_apply(&f, &add, 1));
    }
    edit_check(&f, want);
    edit_end(&f);
}

static void edit_of_others(void)
{
    static const char *const names[] = {"alltypes_plain.parquet", "nested_structs.rust.parquet", "datapage_v2.snappy.parquet",
                                        "nulls.snappy.parquet", "repeated_no_annotation.parquet"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char path[200];
        inlay_file *file = NULL;
        inlay_source source;
        inlay_reader *reader = NULL;
        inlay_memory_sink one = {0}, two = {0};
        bool changed = false;
        snprintf(path, sizeof path, "corpus/parquet-testing/data/%s", names[i]);
        CHECK_INT(inlay_file_open(test_env(), test_corpus(path), false, &file, &source), INLAY_OK);
        CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
        inlay_edit add = edit_of(INLAY_EDIT_ADD, "inlay", "1"), gone = edit_of(INLAY_EDIT_REMOVE, "inlay", NULL);
        inlay_sink sink = inlay_sink_memory(&one, test_env());
        CHECK_INT(inlay_footer_edit(test_env(), reader, &add, 1, &sink, &changed), INLAY_OK);
        inlay_bytes before = inlay_reader_footer(reader);
        uint8_t *whole = malloc(one.bytes + 4);
        memcpy(whole, "PAR1", 4);
        memcpy(whole + 4, one.data, one.bytes);
        inlay_source edited = inlay_source_memory(whole, one.bytes + 4);
        inlay_reader *again = NULL;
        CHECK_INT(inlay_reader_open(test_env(), &edited, NULL, &again), INLAY_OK);
        CHECK(inlay_reader_find_key(again, "inlay") != NULL);
        sink = inlay_sink_memory(&two, test_env());
        CHECK_INT(inlay_footer_edit(test_env(), again, &gone, 1, &sink, &changed), INLAY_OK);
        CHECK_BYTES(two.data, two.bytes - 8, before.data, before.len);
        inlay_reader_close(again);
        inlay_reader_close(reader);
        inlay_file_close(file);
        inlay_sink_memory_free(&one);
        inlay_sink_memory_free(&two);
        free(whole);
    }
}

TEST_SUITE(format_edit) = {
    {"edit: the list comes and goes, nothing else moves", edit_bytes},
    {"edit: set, add, remove, and edits that change nothing", edit_kinds},
    {"edit: a field that nobody knows survives", edit_unknown_field},
    {"edit: many fields that nobody knows; more than are noted are refused", edit_many_fields},
    {"edit: more than fourteen key-values", edit_twenty},
    {"edit: footers of other writers, there and back", edit_of_others},
    {0}};
