/* Sort schemas as text: the vectors of quickwit-parquet-engine/src/sort_fields/tests.rs. */
#include "test.h"

#include "merge/sorttext.h"

static struct sortkey_schema schema, again;

static inlay_bytes text_of(const char *s)
{
    return (inlay_bytes){(const uint8_t *)s, strlen(s)};
}

static void same_schema(void)
{
    CHECK_BYTES(again.name.data, again.name.len, schema.name.data, schema.name.len);
    CHECK_INT(again.version, schema.version);
    CHECK_INT(again.cutoff, schema.cutoff);
    CHECK(sortkey_equivalent(&again, &schema));
}

/* `in` is written as `want`, and that is read as the same schema. */
static void written(const char *in, const char *want, void (*write)(const struct sortkey_schema *,
                                                                    struct buf *))
{
    struct buf text;
    buf_init(&text, test_env());
    const char *bad = sortkey_parse_any(text_of(in), &schema);
    if (bad)
        test_fail(__FILE__, __LINE__, "\"%s\" is refused: %s", in, bad);
    write(&schema, &text);
    CHECK_BYTES(text.data, text.bytes, want, strlen(want));
    CHECK(!sortkey_parse_any((inlay_bytes){text.data, text.bytes}, &again));
    same_schema();
    buf_free(&text);
}

static void in_short(const char *in, const char *want)
{
    written(in, want, sorttext_short);
}

static void in_full(const char *in, const char *want)
{
    written(in, want, sorttext_full);
}

static void full_form(void)
{
    in_full("testSchema=columnA__s|columnB__i:-|timestamp/V2",
            "testSchema=columnA:dense-string:+|columnB__i:dense-int64:-|timestamp:dense-int64:-/V2");
    in_full("test=key1__s|timestamp/V2",
            "test=key1:dense-string:+|timestamp:dense-int64:-/V2");
    in_full("key2__i|timestamp/V2", "key2__i:dense-int64:+|timestamp:dense-int64:-/V2");
}

static void short_form(void)
{
    in_short("testSchema=columnA__s|columnB__i:-|timestamp/V2",
             "testSchema=columnA|columnB__i:-|timestamp/V2");
    in_short("test=key1__s|timestamp/V2", "test=key1|timestamp/V2");
    in_short("service__s|env__s|timestamp/V2", "service|env|timestamp/V2");
}

static void short_form_of_itself(void)
{
    static const char *const same[] = {"timestamp/V2",
                                       "service|timestamp/V2",
                                       "service|env|timestamp/V2",
                                       "testSchema=columnA|columnB__i:-|timestamp/V2",
                                       "metric_name|host__i|timestamp/V2",
                                       "timestamp/V2147483647",
                                       INLAY_METRICS_SORT};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
        in_short(same[i], same[i]);
}

static void cutoffs(void)
{
    in_short("service__s|&env__s|timestamp/V2", "service|&env|timestamp/V2");
    in_short("service__s|env__s|&source__s|timestamp/V2", "service|env|&source|timestamp/V2");
    in_short("service__s|env__s|source__s|&timestamp/V2", "service|env|source|&timestamp/V2");
    in_short("testSchema=service__s|&env__s|timestamp/V2", "testSchema=service|&env|timestamp/V2");
    in_full("service__s|&env__s|timestamp/V2",
            "service:dense-string:+|&env:dense-string:+|timestamp:dense-int64:-/V2");
}

static void directions(void)
{
    in_short("-a|+b|c-|timestamp/V2", "a:-|b|c:-|timestamp/V2");
    in_short("defaultMsgIDsSchema=+timestamp/V2", "defaultMsgIDsSchema=timestamp:+/V2");
}

static void all_types(void)
{
    in_full("a__s|b__i|c__nf|d__sk|e__cpcsk|f__isk|timestamp_secs/V2",
            "a:dense-string:+|b__i:dense-int64:+|c__nf:dense-float64:+|d__sk:dense-sketch:+|"
            "e__cpcsk:dense-cpc-sketch:+|f__isk:dense-item-sketch:+|timestamp_secs:dense-int64:-/V2");
    in_short("value|metric_value__i|timestamp/V2", "value|metric_value__i|timestamp/V2");
    in_short("value__nf|timeseries_id__i|timestamp__i/V2", "value|timeseries_id|timestamp/V2");
}

static void names_that_end_like_a_type(void)
{
    in_short("a__s__s|timestamp/V2", "a__s__s|timestamp/V2");
    in_full("a__i__s:-|timestamp/V2", "a__i__s:dense-string:-|timestamp:dense-int64:-/V2");
}

/* "a-" alone would be the column a, descending. */
static void names_that_end_like_a_direction(void)
{
    in_short("a-__s|timestamp/V2", "a-__s|timestamp/V2");
    in_short("a+__i:-|b-__s:+|timestamp/V2", "a+__i:-|b-__s|timestamp/V2");
    in_full("a-__s|timestamp/V2", "a-__s:dense-string:+|timestamp:dense-int64:-/V2");
}

static void plain_lists(void)
{
    in_short("+a|-b|timestamp_secs", "a|-b|timestamp_secs");
    in_short("+timestamp|cpu/0:x__i", "+timestamp|cpu/0:x__i");
    in_full("a|b-", "a|-b");
}

TEST_SUITE(merge_sorttext) = {
    {"sorttext: the full form names type and direction of each column", full_form},
    {"sorttext: the short form leaves out what the name says", short_form},
    {"sorttext: the short form of a short form is itself", short_form_of_itself},
    {"sorttext: the cutoff keeps its place", cutoffs},
    {"sorttext: directions that are not the name's own stand behind it", directions},
    {"sorttext: every type has its suffix where the name says another", all_types},
    {"sorttext: a name that ends like a type keeps its end", names_that_end_like_a_type},
    {"sorttext: a name that ends like a direction keeps its type", names_that_end_like_a_direction},
    {"sorttext: a plain list", plain_lists},
    {0},
};
