/* Facts about bounds while values are taken: the fast ways give what comparing one by one gives. */
#include "format/stats.h"

#include "test.h"

enum { BOUNDS_MOST = 50 };

/* Take the values in pieces; then no value lies outside, and both bounds are among the values. */
static void bounds_hold(const inlay_node *leaf, const void *values, size_t n)
{
    struct stats s;
    size_t width = inlay_node_width(leaf), pieces = 1 + test_random_below(3);
    bool min = false, max = false;
    stats_init(&s, test_env(), leaf, false);
    for (size_t at = 0, take; at < n; at += take) {
        take = (n + pieces - 1) / pieces < n - at ? (n + pieces - 1) / pieces : n - at;
        stats_add(&s, (const uint8_t *)values + at * width, take);
    }
    inlay_bytes lo = {s.min.data, s.min.bytes}, hi = {s.max.data, s.max.bytes};
    bool strings = leaf->type == INLAY_BYTE_ARRAY;
    for (size_t i = 0; i < n; i++) {
        const uint8_t *v = (const uint8_t *)values + i * width;
        int from_min = type_compare(s.order, (uint32_t)width, v, strings ? (const void *)&lo : lo.data);
        int from_max = type_compare(s.order, (uint32_t)width, v, strings ? (const void *)&hi : hi.data);
        CHECK(from_min >= 0 && from_max <= 0);
        min |= from_min == 0;
        max |= from_max == 0;
    }
    CHECK(min && max && s.has);
    stats_free(&s);
}

static void numbers(void)
{
    static const uint8_t types[] = {INLAY_INT32, INLAY_INT64, INLAY_FLOAT, INLAY_DOUBLE};
    for (int round = 0; round < 400; round++) {
        size_t n = 1 + test_random_below(BOUNDS_MOST);
        union {
            int32_t i32[BOUNDS_MOST];
            int64_t i64[BOUNDS_MOST];
            float f32[BOUNDS_MOST];
            double f64[BOUNDS_MOST];
        } v;
        inlay_node leaf = {.type = types[round % 4]};
        if (round % 8 < 2)
            leaf.logical = (inlay_logical){.kind = INLAY_INTEGER, .bits = round % 8 ? 64 : 32};
        for (size_t i = 0; i < n; i++) {
            int64_t x = (int64_t)test_random();
            if (leaf.type == INLAY_INT32)
                v.i32[i] = (int32_t)x;
            else if (leaf.type == INLAY_INT64)
                v.i64[i] = x;
            else if (leaf.type == INLAY_FLOAT)
                v.f32[i] = (float)x;
            else
                v.f64[i] = (double)x;
        }
        bounds_hold(&leaf, &v, n);
    }
}

/* Few different bytes, so that beginnings are often equal, and lengths around eight. */
static void binary(void)
{
    static const uint8_t bytes[] = {0, 1, 0x7F, 0x80, 0xFF};
    for (int round = 0; round < 1000; round++) {
        size_t n = 1 + test_random_below(BOUNDS_MOST);
        uint8_t text[BOUNDS_MOST][12];
        inlay_bytes views[BOUNDS_MOST];
        inlay_node leaf = {.type = round % 3 ? INLAY_FIXED_LEN_BYTE_ARRAY : INLAY_BYTE_ARRAY};
        leaf.type_length = leaf.type == INLAY_BYTE_ARRAY ? 0 : 1 + (int32_t)test_random_below(12);
        if (round % 3 == 2)
            leaf.logical = (inlay_logical){.kind = INLAY_DECIMAL, .precision = 2};
        for (size_t i = 0; i < n; i++) {
            size_t len = test_random_below(13);
            for (size_t k = 0; k < 12; k++)
                text[i][k] = bytes[test_random_below(test_random_below(2) ? 2 : 5)];
            views[i] = (inlay_bytes){text[i], len};
        }
        uint8_t packed[BOUNDS_MOST * 12];
        for (size_t i = 0; i < n; i++)
            memcpy(packed + i * (size_t)leaf.type_length, text[i], (size_t)leaf.type_length);
        bounds_hold(&leaf, leaf.type == INLAY_BYTE_ARRAY ? (const void *)views : packed, n);
    }
}

static void nans_are_counted_in_every_lane(void)
{
    static const uint32_t nan = 0x7FC00000;
    inlay_node leaf = {.type = INLAY_FLOAT};
    for (size_t n = 1; n <= 13; n++)
        for (unsigned mask = 0; mask < 1u << n; mask += 1 + mask / 7) {
            struct stats s;
            float v[13];
            int64_t nans = 0;
            for (size_t i = 0; i < n; i++) {
                v[i] = (float)i + 1;
                if (mask >> i & 1)
                    memcpy(&v[i], &nan, sizeof nan);
                nans += mask >> i & 1;
            }
            stats_init(&s, test_env(), &leaf, false);
            stats_add(&s, v, n);
            CHECK_INT(s.nans, nans);
            CHECK_INT(s.has, nans < (int64_t)n);
            float lo = 0, hi = 0;
            for (size_t i = n; i-- > 0;)
                lo = mask >> i & 1 ? lo : (float)i + 1;
            for (size_t i = 0; i < n; i++)
                hi = mask >> i & 1 ? hi : (float)i + 1;
            if (s.has) {
                CHECK_BYTES(s.min.data, s.min.bytes, &lo, sizeof lo);
                CHECK_BYTES(s.max.data, s.max.bytes, &hi, sizeof hi);
            }
            stats_free(&s);
        }
}

TEST_SUITE(format_bounds) = {{"stats: bounds of numbers, signed, unsigned and floating", numbers},
                             {"stats: bounds of binary values and decimals that begin alike", binary},
                             {"stats: NaNs are counted wherever they stand", nans_are_counted_in_every_lane},
                             {0}};
