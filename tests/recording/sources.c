/* Facts about footer keys that are JSON. */
#include "../test.h"

#if INLAY_RECORDING

static inlay_bytes sources_text(const char *text)
{
    return (inlay_bytes){(const uint8_t *)text, strlen(text)};
}

/* `want` NULL: END. */
static void sources_check(const char *text, const char *from, const char *to, const char *want)
{
    inlay_memory_sink out;
    inlay_sink sink = inlay_sink_memory(&out, test_env());
    CHECK_INT(inlay_sources_rename(test_env(), sources_text(text), sources_text(from), sources_text(to), &sink),
              want ? INLAY_OK : INLAY_END);
    CHECK_BYTES(out.data, out.bytes, want ? want : "", want ? strlen(want) : 0);
    inlay_sink_memory_free(&out);
}

static void sources_overwrite_renames(void)
{
    sources_check("{\"vllm\":{\"0\":{\"version\":\"5\"},\"first_sample_ns\":17}, \"rezolus\" : {\"a\": 1}}", "vllm", "sglang",
                  "{\"sglang\":{\"0\":{\"version\":\"5\"},\"first_sample_ns\":17},\"rezolus\":{\"a\": 1}}");
}

static void sources_replace_the_other(void)
{
    sources_check("{\"b\":1,\"a\":{\"x\":[1.50,\"\\u00e9\"]},\"c\":2}", "a", "b", "{\"b\":{\"x\":[1.50,\"\\u00e9\"]},\"c\":2}");
}

static void sources_absent(void)
{
    sources_check("{\"rezolus\":{}}", "vllm", "sglang", NULL);
    sources_check("{}", "", "x", NULL);
}

static void sources_escapes(void)
{
    sources_check("{\"a\\u002fb\":1,\"c\":2}", "a/b", "q\"", "{\"q\\\"\":1,\"c\":2}");
}

static void sources_are_objects(void)
{
    static const char *const texts[] = {"", "[]", "1", "{\"a\":1", "{\"a\":1} x", "{\"a\":}", "{'a':1}"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        inlay_memory_sink out;
        inlay_sink sink = inlay_sink_memory(&out, test_env());
        inlay_sources_shape shape;
        CHECK_INT(inlay_sources_rename(test_env(), sources_text(texts[i]), sources_text("a"), sources_text("b"), &sink),
                  INLAY_ARG);
        CHECK(test_env()->error.at >= 0 && out.bytes == 0);
        CHECK_INT(inlay_sources_look(test_env(), sources_text(texts[i]), &shape), INLAY_ARG);
    }
}

static void sources_shapes(void)
{
    static const struct {
        const char *text;
        inlay_sources_shape want;
    } cases[] = {
        {"{}", {0, 0, 0, 0}},
        {"{\"rezolus\":{\"first_sample_ns\":1,\"last_sample_ns\":2}}", {1, 1, 0, 0}},
        {"{\"vllm\":{\"0\":{\"version\":\"1\"}},\"r\":{\"web01\":{},\"descriptions\":{\"m\":\"t\"}}}", {2, 0, 2, 0}},
        {"{\"l\":{\"0\":{\"instance\":\"0\"},\"role\":\"x\"}}", {1, 1, 1, 0}},
        {"{\"a\":[{\"role\":1}],\"b\":null,\"c\":{}}", {3, 0, 0, 2}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        inlay_sources_shape got;
        CHECK_INT(inlay_sources_look(test_env(), sources_text(cases[i].text), &got), INLAY_OK);
        CHECK_INT(got.sources, cases[i].want.sources);
        CHECK_INT(got.flat, cases[i].want.flat);
        CHECK_INT(got.nested, cases[i].want.nested);
        CHECK_INT(got.odd, cases[i].want.odd);
    }
}

static void json_check_places(void)
{
    CHECK_INT(inlay_json_check(test_env(), sources_text(" {\"a\":[1,null,\"x\"]}\n")), INLAY_OK);
    CHECK_INT(inlay_json_check(test_env(), sources_text("{\"a\":nul}")), INLAY_ARG);
    CHECK_INT(test_env()->error.at, 5);
    CHECK_INT(inlay_json_check(test_env(), sources_text("1 2")), INLAY_ARG);
    CHECK_INT(inlay_json_check(test_env(), sources_text("")), INLAY_ARG);
}

static void json_format_texts(void)
{
    static const struct {
        const char *text, *tight, *wide;
    } cases[] = {
        {" 1.50 ", "1.50", "1.50"},
        {"\"a, b: {\\\"\\\\\"", "\"a, b: {\\\"\\\\\"", "\"a, b: {\\\"\\\\\""},
        {"{ }", "{}", "{}"},
        {"[[ ],{}]", "[[],{}]", "[\n  [],\n  {}\n]"},
        {"{\"a\":[1,\tnull],\n\"b\":{\"c\":\"d\"}}", "{\"a\":[1,null],\"b\":{\"c\":\"d\"}}",
         "{\n  \"a\": [\n    1,\n    null\n  ],\n  \"b\": {\n    \"c\": \"d\"\n  }\n}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (uint32_t indent = 0; indent <= 2; indent += 2) {
            const char *want = indent ? cases[i].wide : cases[i].tight;
            inlay_memory_sink out;
            inlay_sink sink = inlay_sink_memory(&out, test_env());
            CHECK_INT(inlay_json_format(test_env(), sources_text(cases[i].text), indent, &sink), INLAY_OK);
            CHECK_BYTES(out.data, out.bytes, want, strlen(want));
            inlay_sink_memory_free(&out);
        }
    }
    inlay_memory_sink none;
    inlay_sink sink = inlay_sink_memory(&none, test_env());
    CHECK_INT(inlay_json_format(test_env(), sources_text("[1,"), 2, &sink), INLAY_ARG);
    CHECK_INT(none.bytes, 0);
}

static void sources_one_text(void)
{
    static const struct {
        const char *text, *first, *second, *want; /* NULL: END; "!" = ARG */
    } facts[] = {
        {"{\"a\":\"x\"}", "a", NULL, "x"},
        {"{\"b\":[{}],\"a\":\"\\u00e9\\n\"}", "a", NULL, "\xC3\xA9\n"},
        {"{\"a\":\"\"}", "a", NULL, ""},
        {"{\"a\":\"1\",\"a\":\"2\"}", "a", NULL, "1"},
        {"{\"s\":{\"0\":{\"a\":\"no\"},\"a\":\"yes\"}}", "s", "a", "yes"},
        {"{\"s\\u002f\":{\"a\":\"yes\"}}", "s/", "a", "yes"},
        {"{\"a\":\"x\"} and more", "a", NULL, "x"},
        {"{\"a\":1}", "a", NULL, NULL},
        {"{\"a\":\"x\"}", "a", "b", NULL},
        {"{\"a\":{}}", "b", NULL, NULL},
        {"[\"a\"]", "a", NULL, NULL},
        {"", "a", NULL, "!"},
        {"{\"b\":tru", "a", NULL, "!"},
        {"{\"a\":\"x", "a", NULL, "!"},
    };
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        inlay_memory_sink out;
        inlay_sink sink = inlay_sink_memory(&out, test_env());
        inlay_bytes path[] = {sources_text(facts[i].first), sources_text(facts[i].second ? facts[i].second : "")};
        const char *want = facts[i].want;
        bool bad = want && strcmp(want, "!") == 0;
        inlay_status status = inlay_json_text(test_env(), sources_text(facts[i].text), path, facts[i].second ? 2 : 1, &sink);
        CHECK_INT(status, bad ? INLAY_ARG : want ? INLAY_OK : INLAY_END);
        CHECK_BYTES(out.data, out.bytes, want && !bad ? want : "", want && !bad ? strlen(want) : 0);
        inlay_sink_memory_free(&out);
    }
}

TEST_SUITE(recording_sources) = {
    {"set source overwrite renames per source metadata key, and keeps unrelated ones", sources_overwrite_renames},
    {"set source overwrite: a child under the new name is replaced, bytes stay", sources_replace_the_other},
    {"set source overwrite when old source absent from per source metadata", sources_absent},
    {"sources: names with escapes", sources_escapes},
    {"sources: what is not an object, with its place", sources_are_objects},
    {"sources: flat, nested, both, neither", sources_shapes},
    {"json: one text by its path", sources_one_text},
    {"json: other white space, the same tokens", json_format_texts},
    {"json: one value, and where it fails", json_check_places},
    {0}};

#else
TEST_SUITE(recording_sources) = {{0}};
#endif
