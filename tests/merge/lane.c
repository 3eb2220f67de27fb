/* Facts about scattering, against the plainest of loops. */
#include "merge/lane.h"

#include <stdlib.h>

#include "test.h"

enum { LANE_INPUTS = 5, LANE_HAVE = 300, LANE_ROOM = 400, LANE_RUNS = 1500, LANE_WIDEST = 16 };

static struct feed no_feed; /* a lane only asks whether it has one */
static struct lane lanes[LANE_INPUTS];
static struct lane_head heads[LANE_INPUTS];
static uint8_t levels[LANE_INPUTS][LANE_HAVE], values[LANE_INPUTS][LANE_HAVE * LANE_WIDEST];
static size_t present[LANE_INPUTS][LANE_HAVE + 1]; /* values before a level */
static struct lane_run runs[LANE_RUNS];
static uint8_t out_def[LANE_ROOM], out_values[LANE_ROOM * LANE_WIDEST];

/* Lanes of random values; `nulls`: input 1 has some, input 3 lacks the column. */
static void make_lanes(bool nulls)
{
    for (uint32_t i = 0; i < LANE_INPUTS; i++) {
        bool has = nulls && i == 1;
        for (size_t k = 0; k < sizeof values[i]; k++)
            values[i][k] = (uint8_t)test_random();
        for (size_t k = 0; k < LANE_HAVE; k++) {
            levels[i][k] = has && test_random_below(3) == 0 ? 0 : 1;
            present[i][k + 1] = present[i][k] + levels[i][k];
        }
        lanes[i] = (struct lane){.head = &heads[i], .feed = nulls && i == 3 ? NULL : &no_feed,
                                 .def = has ? levels[i] : NULL,
                                 .n_levels = LANE_HAVE,
                                 .max_def = 1};
        lanes[i].ready = values[i];
    }
}

static struct lane_out make_out(size_t width, bool coded)
{
    return (struct lane_out){.def = out_def, .values = out_values, .width = width, .room = LANE_ROOM, .max_def = 1,
                             .coded = coded};
}

/* The rows that the block has, one by one: level and value of each. */
static void block_is_right(const struct lane_out *out, size_t run, uint32_t done, size_t *at, size_t bytes)
{
    size_t value = 0;
    for (size_t row = 0; row < out->n_levels; row++) {
        uint32_t input = runs[run].input;
        bool null = !lanes[input].feed || (lanes[input].def && levels[input][at[input]] == 0);
        if (out->nulls)
            CHECK_INT(out_def[row], null ? 0 : 1);
        CHECK(out->nulls || !null);
        if (!null) {
            const uint8_t *want = values[input] + (lanes[input].def ? present[input][at[input]] : at[input]) * bytes;
            CHECK_BYTES(out_values + value * bytes, bytes, want, bytes);
            value++;
        }
        at[input]++;
        if (++done == runs[run].rows) {
            run++;
            done = 0;
        }
    }
    CHECK_INT(out->n_values, value);
}

/* Random stretches, most of one row, until a lane runs dry; blocks of any room. */
static void scattered(size_t width, bool coded, bool nulls)
{
    size_t at = 0, taken_of[LANE_INPUTS] = {0}, bytes = coded ? 4 : width;
    uint32_t taken = 0;
    struct lane_out out = make_out(width, coded);
    make_lanes(nulls);
    for (size_t i = 0; i < LANE_RUNS; i++)
        runs[i] = (struct lane_run){(uint32_t)test_random_below(LANE_INPUTS),
                                    test_random_below(4) ? 1 : (uint32_t)(1 + test_random_below(20))};
    for (uint32_t i = 0; i < LANE_INPUTS; i++)
        lane_arm(&lanes[i], &out);
    for (;;) {
        size_t run = at;
        uint32_t done = taken;
        out.n_levels = out.n_values = 0;
        out.nulls = false;
        out.room = 1 + (size_t)test_random_below(LANE_ROOM);
        lane_scatter(lanes, heads, runs, LANE_RUNS, &at, &taken, &out);
        block_is_right(&out, run, done, taken_of, bytes);
        if (out.n_levels < out.room)
            break;
    }
    uint32_t dry = runs[at].input;
    CHECK(at < LANE_RUNS);
    CHECK_INT(taken_of[dry], LANE_HAVE);
    for (uint32_t i = 0; i < LANE_INPUTS; i++) {
        lane_settle(&lanes[i]);
        if (lanes[i].feed)
            CHECK_INT(lanes[i].level, taken_of[i]);
        if (lanes[i].feed)
            CHECK_INT(lanes[i].value, lanes[i].def ? present[i][taken_of[i]] : taken_of[i]);
    }
}

static void values_of_every_width_go_where_the_stretches_say(void)
{
    for (size_t width = 1; width <= LANE_WIDEST; width++)
        for (int round = 0; round < 20; round++)
            scattered(width, false, false);
}

static void codes_go_where_the_stretches_say(void)
{
    for (int round = 0; round < 50; round++)
        scattered(8, true, false);
}

static void nulls_keep_their_rows(void)
{
    for (int round = 0; round < 50; round++) {
        scattered(8, false, true);
        scattered(3, false, true);
        scattered(8, true, true);
    }
}

/* Values of no bytes: there are only rows to count. */
static void values_of_no_width_are_counted(void)
{
    size_t at = 0;
    uint32_t taken = 0;
    struct lane_out out = make_out(0, false);
    make_lanes(false);
    for (uint32_t i = 0; i < LANE_INPUTS; i++)
        lane_arm(&lanes[i], &out);
    runs[0] = (struct lane_run){2, 3};
    runs[1] = (struct lane_run){4, 1};
    lane_scatter(lanes, heads, runs, 2, &at, &taken, &out);
    CHECK_INT(at, 2);
    CHECK_INT(out.n_levels, 4);
    CHECK_INT(out.n_values, 4);
    CHECK_INT(lanes[2].level, 3);
}

static void it_stops_before_rows_that_are_dropped(void)
{
    size_t at = 0;
    uint32_t taken = 0;
    struct lane_out out = make_out(8, false);
    make_lanes(false);
    for (uint32_t i = 0; i < LANE_INPUTS; i++)
        lane_arm(&lanes[i], &out);
    runs[0] = (struct lane_run){1, 1};
    runs[1] = (struct lane_run){2, 1 | LANE_DROPPED};
    lane_scatter(lanes, heads, runs, 2, &at, &taken, &out);
    CHECK_INT(at, 1);
    CHECK_INT(out.n_levels, 1);
}

TEST_SUITE(merge_lane) = {
    {"lane: values of every width go where the stretches say", values_of_every_width_go_where_the_stretches_say},
    {"lane: codes go where the stretches say", codes_go_where_the_stretches_say},
    {"lane: nulls keep their rows, and rows without the column are null", nulls_keep_their_rows},
    {"lane: values of no width are counted", values_of_no_width_are_counted},
    {"lane: it stops before rows that are dropped", it_stops_before_rows_that_are_dropped},
    {0},
};
