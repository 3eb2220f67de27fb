#include "test.h"

#include "merge/distinct.h"

static struct distinct distinct;

static void begin(uint8_t type, size_t width, size_t most_bytes)
{
    distinct_init(&distinct, test_env());
    CHECK_INT(distinct_reset(&distinct, type, width, most_bytes), INLAY_OK);
}

static uint32_t number(const void *value)
{
    uint32_t n = UINT32_MAX;
    CHECK_INT(distinct_number(&distinct, value, &n), INLAY_OK);
    return n;
}

static uint32_t number_of_text(const char *text)
{
    inlay_bytes v = {(const uint8_t *)text, strlen(text)};
    return number(&v);
}

static void numbers_in_order_of_appearance(void)
{
    begin(INLAY_BYTE_ARRAY, sizeof(inlay_bytes), 1000);
    CHECK_INT(number_of_text("mem"), 0);
    CHECK_INT(number_of_text("cpu"), 1);
    CHECK_INT(number_of_text(""), 2);
    CHECK_INT(number_of_text("mem"), 0);
    CHECK_INT(number_of_text(""), 2);
    CHECK_INT(distinct.n, 3);
    CHECK_INT(distinct.plain_bytes, 4 + 3 + 4 + 3 + 4);
    distinct_free(&distinct);
}

static void values_come_back(void)
{
    const void *values;
    begin(INLAY_BYTE_ARRAY, sizeof(inlay_bytes), 1000);
    number_of_text("");
    number_of_text("cpu");
    CHECK_INT(distinct_values(&distinct, &values), INLAY_OK);
    const inlay_bytes *v = values;
    CHECK_BYTES(v[0].data, v[0].len, "", 0);
    CHECK_BYTES(v[1].data, v[1].len, "cpu", 3);
    distinct_free(&distinct);
}

static void values_are_compared_by_their_bytes(void)
{
    static const double zeros[] = {0.0, -0.0};
    begin(INLAY_DOUBLE, 8, 1000);
    CHECK_INT(number(&zeros[0]), 0);
    CHECK_INT(number(&zeros[1]), 1);
    distinct_free(&distinct);
}

static void a_full_table_still_knows_its_values(void)
{
    static const int64_t values[] = {5, 6, 7};
    uint32_t n;
    begin(INLAY_INT64, 8, 16);
    CHECK_INT(number(&values[0]), 0);
    CHECK_INT(number(&values[1]), 1);
    CHECK_INT(distinct_number(&distinct, &values[2], &n), INLAY_END);
    CHECK_INT(number(&values[1]), 1);
    CHECK_INT(distinct.n, 2);
    distinct_free(&distinct);
}

static void the_table_grows(void)
{
    begin(INLAY_INT32, 4, 1000000);
    for (int32_t i = 0; i < 20000; i++)
        CHECK_INT(number(&i), i);
    for (int32_t i = 0; i < 20000; i++)
        CHECK_INT(number(&i), i);
    distinct_free(&distinct);
}

/* Another input's values: the same ones in the same order, with some between them that are its own. */
static void values_in_the_same_order_keep_their_numbers(void)
{
    begin(INLAY_INT64, 8, 1000000);
    for (int64_t i = 0; i < 3000; i++) {
        int64_t time = 1000 + 15 * i;
        CHECK_INT(number(&time), i);
    }
    for (int64_t i = 0, own = 3000; i < 3000; i++) {
        int64_t time = 1000 + 15 * i, late = time + 1;
        uint32_t n = 0;
        if (distinct_follows(&distinct, &time, &n))
            CHECK_INT(n, i);
        else
            CHECK_INT(number(&time), i);
        if (i % 7 == 0)
            CHECK_INT(number(&late), own++);
    }
    CHECK_INT(distinct.n, 3000 + 429);
    distinct_free(&distinct);
}

static void it_begins_anew_for_another_type(void)
{
    static const uint8_t fixed[] = "abcdefabcxyz";
    begin(INLAY_INT32, 4, 1000000);
    for (int32_t i = 0; i < 1000; i++)
        number(&i);
    CHECK_INT(distinct_reset(&distinct, INLAY_FIXED_LEN_BYTE_ARRAY, 3, 100), INLAY_OK);
    CHECK_INT(number(fixed), 0);
    CHECK_INT(number(fixed + 3), 1);
    CHECK_INT(number(fixed + 6), 0);
    CHECK_INT(number(fixed + 9), 2);
    CHECK_INT(distinct.plain_bytes, 9);
    distinct_free(&distinct);
}

TEST_SUITE(merge_distinct) = {
    {"distinct: numbers in order of appearance", numbers_in_order_of_appearance},
    {"distinct: values come back", values_come_back},
    {"distinct: values are compared by their bytes", values_are_compared_by_their_bytes},
    {"distinct: a full table still knows its values", a_full_table_still_knows_its_values},
    {"distinct: the table grows", the_table_grows},
    {"distinct: values in the same order keep their numbers", values_in_the_same_order_keep_their_numbers},
    {"distinct: it begins anew for another type", it_begins_anew_for_another_type},
    {0},
};
