/* ARROW:schema: the hand-made message below, byte by byte from the .fbs files; cut and bent ones;
 * one made by pyarrow 26; recordings. */
#include "inlay/arrow.h"

#include "test.h"

/* Message{header: Schema{fields: [Field "ab", nullable, Int, {"unit": "ns"}]}}, no frame. */
static const uint8_t arrow_test_message[] = {
    /* 00 */ 0x10, 0, 0, 0,                                 /* root: the table at 10 */
    /* 04 */ 10, 0, 12, 0, 0, 0, 4, 0, 8, 0, 0, 0,          /* vtable: -, type, header; pad */
    /* 10 */ 0x0C, 0, 0, 0, 1, 0, 0, 0, 0x0C, 0, 0, 0,      /* Message: Schema, at 24 */
    /* 1c */ 8, 0, 8, 0, 0, 0, 4, 0,                        /* vtable: -, fields */
    /* 24 */ 8, 0, 0, 0, 4, 0, 0, 0,                        /* Schema: fields at 2c */
    /* 2c */ 1, 0, 0, 0, 0x18, 0, 0, 0,                     /* [Field]: one, at 48 */
    /* 34 */ 18, 0, 16, 0, 4, 0, 12, 0, 13, 0, 0, 0, 0, 0,  /* vtable: name, nullable, type, */
    /* 42 */ 0, 0, 8, 0, 0, 0,                              /* -, -, -, custom_metadata; pad */
    /* 48 */ 0x14, 0, 0, 0, 0x0C, 0, 0, 0, 0x10, 0, 0, 0,   /* Field: name at 58, metadata at 60 */
    /* 54 */ 1, 2, 0, 0,                                    /* nullable, Int; pad */
    /* 58 */ 2, 0, 0, 0, 'a', 'b', 0, 0,                    /* name */
    /* 60 */ 1, 0, 0, 0, 0x0C, 0, 0, 0,                     /* [KeyValue]: one, at 70 */
    /* 68 */ 8, 0, 12, 0, 4, 0, 8, 0,                       /* vtable: key, value */
    /* 70 */ 8, 0, 0, 0, 8, 0, 0, 0, 0x10, 0, 0, 0,         /* KeyValue: 7c, 88 */
    /* 7c */ 4, 0, 0, 0, 'u', 'n', 'i', 't', 0, 0, 0, 0,    /* key */
    /* 88 */ 2, 0, 0, 0, 'n', 's'                           /* value */
};
enum { ARROW_TEST_BYTES = sizeof arrow_test_message };

/* Plain RFC 4648; the message of the test, at most 3,000 bytes. */
static inlay_bytes arrow_test_base64(const uint8_t *data, size_t bytes, char text[4096])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    for (size_t i = 0; i < bytes; i += 3) {
        uint32_t v = (uint32_t)data[i] << 16;
        v |= i + 1 < bytes ? (uint32_t)data[i + 1] << 8 : 0;
        v |= i + 2 < bytes ? (uint32_t)data[i + 2] : 0;
        text[n++] = digits[v >> 18];
        text[n++] = digits[v >> 12 & 63];
        text[n++] = i + 1 < bytes ? digits[v >> 6 & 63] : '=';
        text[n++] = i + 2 < bytes ? digits[v & 63] : '=';
    }
    return (inlay_bytes){(const uint8_t *)text, n};
}

/* Parse a message behind the frame of its length. */
static inlay_status arrow_test_parse(const uint8_t *message, size_t bytes, bool old_frame,
                                     inlay_arrow_schema **schema)
{
    uint8_t framed[1024] = {0xFF, 0xFF, 0xFF, 0xFF};
    char text[4096];
    size_t at = old_frame ? 0 : 4;
    framed[at] = (uint8_t)bytes;
    framed[at + 1] = (uint8_t)(bytes >> 8);
    framed[at + 2] = framed[at + 3] = 0;
    memcpy(framed + at + 4, message, bytes);
    return inlay_arrow_schema_parse(test_env(), arrow_test_base64(framed, at + 4 + bytes, text),
                                    schema);
}

static void arrow_check_text(inlay_bytes got, const char *want)
{
    CHECK_BYTES(got.data ? got.data : (const uint8_t *)"", got.len, want, strlen(want));
}

static void arrow_check_by_hand(const inlay_arrow_schema *schema)
{
    CHECK_INT(inlay_arrow_schema_fields(schema), 1);
    inlay_arrow_field field = inlay_arrow_schema_field(schema, 0);
    arrow_check_text(field.name, "ab");
    CHECK_INT(field.nullable, 1);
    CHECK_INT(field.type, 2);
    CHECK_INT(field.n_metadata, 1);
    inlay_key_value pair = inlay_arrow_schema_metadata(schema, 0, 0);
    arrow_check_text(pair.key, "unit");
    arrow_check_text(pair.value, "ns");
    CHECK(pair.has_value);
}

static void arrow_by_hand(void)
{
    inlay_arrow_schema *schema;
    CHECK_INT(arrow_test_parse(arrow_test_message, ARROW_TEST_BYTES, false, &schema), INLAY_OK);
    arrow_check_by_hand(schema);
    inlay_arrow_schema_close(schema);
}

static void arrow_old_frame(void)
{
    inlay_arrow_schema *schema;
    CHECK_INT(arrow_test_parse(arrow_test_message, ARROW_TEST_BYTES, true, &schema), INLAY_OK);
    arrow_check_by_hand(schema);
    inlay_arrow_schema_close(schema);
}

static void arrow_out_of_range(void)
{
    inlay_arrow_schema *schema;
    CHECK_INT(arrow_test_parse(arrow_test_message, ARROW_TEST_BYTES, false, &schema), INLAY_OK);
    CHECK_INT(inlay_arrow_schema_field(schema, 1).name.len, 0);
    CHECK_INT(inlay_arrow_schema_metadata(schema, 0, 1).has_value, 0);
    CHECK_INT(inlay_arrow_schema_metadata(schema, 1, 0).has_value, 0);
    inlay_arrow_schema_close(schema);
    inlay_arrow_schema_close(NULL);
}

static void arrow_cut_message(void)
{
    for (size_t n = 0; n < ARROW_TEST_BYTES; n++) {
        inlay_arrow_schema *schema;
        CHECK_INT(arrow_test_parse(arrow_test_message, n, false, &schema), INLAY_CORRUPT);
        CHECK(schema == NULL);
    }
}

static void arrow_cut_frame(void)
{
    uint8_t framed[8 + ARROW_TEST_BYTES] = {0xFF, 0xFF, 0xFF, 0xFF, ARROW_TEST_BYTES};
    memcpy(framed + 8, arrow_test_message, ARROW_TEST_BYTES);
    for (size_t n = 0; n < sizeof framed; n++) {
        char text[4096];
        inlay_arrow_schema *schema;
        CHECK_INT(inlay_arrow_schema_parse(test_env(), arrow_test_base64(framed, n, text), &schema),
                  INLAY_CORRUPT);
    }
}

/* Every byte as each of the values that bend offsets most. */
static void arrow_bent_bytes(void)
{
    static const uint8_t values[] = {0, 1, 2, 4, 0x7F, 0x80, 0xFC, 0xFF};
    for (size_t at = 0; at < ARROW_TEST_BYTES; at++) {
        for (size_t k = 0; k < sizeof values; k++) {
            uint8_t bent[ARROW_TEST_BYTES];
            memcpy(bent, arrow_test_message, sizeof bent);
            bent[at] = values[k];
            inlay_arrow_schema *schema;
            inlay_status status = arrow_test_parse(bent, sizeof bent, false, &schema);
            CHECK(status == INLAY_OK || status == INLAY_CORRUPT);
            if (status != INLAY_OK)
                continue;
            uint64_t sum = 0; /* whatever was accepted can be walked */
            for (uint32_t f = 0; f < inlay_arrow_schema_fields(schema); f++) {
                inlay_arrow_field field = inlay_arrow_schema_field(schema, f);
                for (size_t i = 0; i < field.name.len; i++)
                    sum += field.name.data[i];
                for (uint32_t m = 0; m < field.n_metadata; m++) {
                    inlay_key_value pair = inlay_arrow_schema_metadata(schema, f, m);
                    for (size_t i = 0; i < pair.value.len; i++)
                        sum += pair.value.data[i];
                }
            }
            CHECK(sum < 1 << 20);
            inlay_arrow_schema_close(schema);
        }
    }
}

/* Random bytes over the message, several at a time. */
static void arrow_random_bytes(void)
{
    for (int round = 0; round < 20000; round++) {
        uint8_t bent[ARROW_TEST_BYTES];
        memcpy(bent, arrow_test_message, sizeof bent);
        for (uint64_t n = 1 + test_random_below(6); n; n--)
            bent[test_random_below(sizeof bent)] = (uint8_t)test_random();
        inlay_arrow_schema *schema;
        inlay_status status = arrow_test_parse(bent, sizeof bent, round & 1, &schema);
        CHECK(status == INLAY_OK || status == INLAY_CORRUPT);
        for (uint32_t f = 0; schema && f < inlay_arrow_schema_fields(schema); f++)
            for (uint32_t m = 0; m < inlay_arrow_schema_field(schema, f).n_metadata; m++)
                (void)inlay_arrow_schema_metadata(schema, f, m);
        inlay_arrow_schema_close(schema);
    }
}

static void arrow_test_le16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

/* 60 fields, all of them the same one with the same 40 pairs: the walk must not multiply. */
static void arrow_shared_vectors(void)
{
    enum { FIELDS = 60, PAIRS = 40 };
    uint8_t m[0x34 + 4 * FIELDS + 0x70 + 4 * PAIRS + 0x60];
    size_t bytes = sizeof m, fields = 0x30, rest = 0x30 + 4 * FIELDS; /* rest: what stood at 34 */
    memset(m, 0, bytes);
    memcpy(m, arrow_test_message, 0x30);
    m[0x2C] = FIELDS;
    for (size_t i = 0; i < FIELDS; i++)
        arrow_test_le16(m + fields + 4 * i, rest + 0x14 - (fields + 4 * i));
    memcpy(m + rest, arrow_test_message + 0x34, 0x60 - 0x34 + 4);
    size_t pairs = rest + 0x60 - 0x34 + 4, pair = pairs + 4 * PAIRS;
    m[pairs - 4] = PAIRS;
    for (size_t i = 0; i < PAIRS; i++)
        arrow_test_le16(m + pairs + 4 * i, pair + 8 - (pairs + 4 * i));
    memcpy(m + pair, arrow_test_message + 0x68, ARROW_TEST_BYTES - 0x68);
    inlay_arrow_schema *schema;
    CHECK_INT(arrow_test_parse(m, bytes, false, &schema), INLAY_CORRUPT);
    CHECK_TEXT(test_env()->error.what, "ARROW:schema: vectors overlap");
}

static void arrow_other_header(void)
{
    uint8_t bent[ARROW_TEST_BYTES];
    memcpy(bent, arrow_test_message, sizeof bent);
    bent[0x14] = 3; /* MessageHeader.RecordBatch */
    inlay_arrow_schema *schema;
    CHECK_INT(arrow_test_parse(bent, sizeof bent, false, &schema), INLAY_CORRUPT);
}

static void arrow_base64_forms(void)
{
    static const struct {
        const char *text;
        inlay_status status;
    } cases[] = {
        {"", INLAY_CORRUPT},         /* nothing */
        {"A", INLAY_CORRUPT},        /* a lone digit holds no byte */
        {"////\n", INLAY_CORRUPT},   /* no line breaks */
        {"_____A==", INLAY_CORRUPT}, /* the alphabet of URLs is another one */
        {"AA=A", INLAY_CORRUPT},     /* padding within */
        {"====", INLAY_CORRUPT}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        inlay_arrow_schema *schema;
        inlay_bytes text = {(const uint8_t *)cases[i].text, strlen(cases[i].text)};
        CHECK_INT(inlay_arrow_schema_parse(test_env(), text, &schema), cases[i].status);
    }
    char text[4096];
    inlay_arrow_schema *schema;
    uint8_t framed[4 + ARROW_TEST_BYTES] = {ARROW_TEST_BYTES};
    memcpy(framed + 4, arrow_test_message, ARROW_TEST_BYTES);
    inlay_bytes padded = arrow_test_base64(framed, sizeof framed, text);
    CHECK_INT(padded.data[padded.len - 1], '=');
    while (padded.data[padded.len - 1] == '=')
        padded.len--;
    CHECK_INT(inlay_arrow_schema_parse(test_env(), padded, &schema), INLAY_OK);
    inlay_arrow_schema_close(schema);
}

/* pyarrow 26: timestamp uint64 not null {metric_type: timestamp, unit: nanoseconds}; cpu int64
 * {metric: cpu_usage, state: usér, empty: ""}; h:buckets list<uint64>; s string {k: v};
 * f double not null. */
static const char arrow_pyarrow[] =
    "/////8ACAAAQAAAAAAAKAAwABgAFAAgACgAAAAABBAAMAAAACAAIAAAABAAIAAAABAAAAAUAAADsAQAAIAEAAJQAAABE"
    "AAAAFAAAABAAFAAIAAAABwAMAAAAEAAQAAAAAAAAAxAAAAAYAAAABAAAAAAAAAABAAAAZgAGAAgABgAGAAAAAAACAD7/"
    "//8AAAEFFAAAADwAAAAIAAAAEAAAAAAAAAABAAAAcwAAAAEAAAAEAAAAMP7//xAAAAAEAAAAAQAAAHYAAAABAAAAawAA"
    "AND////M////AAABDBQAAAAkAAAABAAAAAEAAAAsAAAACQAAAGg6YnVja2V0cwAAAAQABAAEAAAAEAAUAAgABgAHAAwA"
    "AAAQABAAAAAAAAECEAAAABwAAAAEAAAAAAAAAAQAAABpdGVtAAAGAAoABAAGAAAAQAAAAAAAEgAYAAgABgAHAAwAAAAQ"
    "ABQAEgAAAAAAAQIUAAAAnAAAAAgAAAAQAAAAAAAAAAMAAABjcHUAAwAAAFAAAAAoAAAABAAAAAz///8QAAAABAAAAAAA"
    "AAAAAAAABQAAAGVtcHR5AAAALP///xQAAAAEAAAABQAAAHVzw6lyAAAABQAAAHN0YXRlAAAAUP///xgAAAAEAAAACQAA"
    "AGNwdV91c2FnZQAAAAYAAABtZXRyaWMAAAgADgAIAAcACAAAAAAAAAFAAAAAAAASABgACAAAAAcADAAAABAAFAASAAAA"
    "AAAAAhQAAACQAAAACAAAABgAAAAAAAAACQAAAHRpbWVzdGFtcAAAAAIAAAA4AAAABAAAANj///8YAAAABAAAAAsAAABu"
    "YW5vc2Vjb25kcwAEAAAAdW5pdAAAAAAIAAwABAAIAAgAAAAYAAAABAAAAAkAAAB0aW1lc3RhbXAAAAALAAAAbWV0cmlj"
    "X3R5cGUAAAAGAAgABAAGAAAAQAAAAA==";

static void arrow_from_pyarrow(void)
{
    static const struct {
        const char *name;
        bool nullable;
        uint8_t type;
        const char *pairs[6];
    } want[] = {{"timestamp", false, 2, {"metric_type", "timestamp", "unit", "nanoseconds"}},
                {"cpu", true, 2, {"metric", "cpu_usage", "state", "us\xC3\xA9r", "empty", ""}},
                {"h:buckets", true, 12, {0}},
                {"s", true, 5, {"k", "v"}},
                {"f", false, 3, {0}}};
    inlay_arrow_schema *schema;
    inlay_bytes text = {(const uint8_t *)arrow_pyarrow, sizeof arrow_pyarrow - 1};
    CHECK_INT(inlay_arrow_schema_parse(test_env(), text, &schema), INLAY_OK);
    CHECK_INT(inlay_arrow_schema_fields(schema), 5);
    for (uint32_t f = 0; f < 5; f++) {
        inlay_arrow_field field = inlay_arrow_schema_field(schema, f);
        arrow_check_text(field.name, want[f].name);
        CHECK_INT(field.nullable, want[f].nullable);
        CHECK_INT(field.type, want[f].type);
        uint32_t n = 0;
        while (n < 3 && want[f].pairs[2 * n])
            n++;
        CHECK_INT(field.n_metadata, n);
        for (uint32_t i = 0; i < n; i++) {
            inlay_key_value pair = inlay_arrow_schema_metadata(schema, f, i);
            arrow_check_text(pair.key, want[f].pairs[2 * i]);
            arrow_check_text(pair.value, want[f].pairs[2 * i + 1]);
        }
    }
    inlay_arrow_schema_close(schema);
}

static void arrow_cut_pyarrow(void)
{
    for (size_t n = 0; n + 4 < sizeof arrow_pyarrow; n++) {
        inlay_arrow_schema *schema;
        inlay_bytes text = {(const uint8_t *)arrow_pyarrow, n};
        CHECK_INT(inlay_arrow_schema_parse(test_env(), text, &schema), INLAY_CORRUPT);
    }
}

static void arrow_no_memory(void)
{
    test_env()->limits.memory_bytes = 256;
    inlay_arrow_schema *schema;
    inlay_bytes text = {(const uint8_t *)arrow_pyarrow, sizeof arrow_pyarrow - 1};
    CHECK_INT(inlay_arrow_schema_parse(test_env(), text, &schema), INLAY_NOMEM);
}

/* A recording by arrow-rs: metric and labels stand only here. */
static void arrow_from_recording(void)
{
    const char *path = test_corpus("data/recordings/simple_capture.parquet");
    inlay_file *file;
    inlay_source source;
    inlay_reader *reader;
    inlay_arrow_schema *schema;
    CHECK_INT(inlay_file_open(test_env(), path, false, &file, &source), INLAY_OK);
    CHECK_INT(inlay_reader_open(test_env(), &source, NULL, &reader), INLAY_OK);
    CHECK_INT(inlay_arrow_schema_open(test_env(), reader, &schema), INLAY_OK);
    CHECK_INT(inlay_arrow_schema_fields(schema), 5);
    inlay_arrow_field field = inlay_arrow_schema_field(schema, 3);
    arrow_check_text(field.name, "1");
    CHECK_INT(field.type, 2);
    CHECK_INT(field.n_metadata, 6);
    inlay_key_value pair = inlay_arrow_schema_metadata(schema, 3, 4);
    arrow_check_text(pair.key, "route");
    arrow_check_text(pair.value, "/api");
    inlay_arrow_schema_close(schema);
    inlay_reader_close(reader);
    inlay_file_close(file);
}

TEST_SUITE(arrow_schema) = {
    {"arrow schema: a field with one pair of metadata, by hand", arrow_by_hand},
    {"arrow schema: the frame without FF FF FF FF is read too", arrow_old_frame},
    {"arrow schema: numbers out of range give empty answers", arrow_out_of_range},
    {"arrow schema: a message cut at any byte is corrupt", arrow_cut_message},
    {"arrow schema: a frame longer than its bytes is corrupt", arrow_cut_frame},
    {"arrow schema: any bent byte is refused or can be walked", arrow_bent_bytes},
    {"arrow schema: random damage is refused or can be walked", arrow_random_bytes},
    {"arrow schema: vectors that share bytes are refused", arrow_shared_vectors},
    {"arrow schema: a message other than a schema is corrupt", arrow_other_header},
    {"arrow schema: base64 with padding, without, and none at all", arrow_base64_forms},
    {"arrow schema: five fields as pyarrow writes them", arrow_from_pyarrow},
    {"arrow schema: pyarrow's text cut at any byte is corrupt", arrow_cut_pyarrow},
    {"arrow schema: no memory is said so", arrow_no_memory},
    {"arrow schema: a recording's metric and labels", arrow_from_recording},
    {0}};
