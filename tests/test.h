/* The test harness: suites of named facts.
 *
 * A file tests/<folder>/<name>.c mirrors src/<folder>/<name>.c and ends with
 *   TEST_SUITE(folder_name) = { {"rle: a run of one bit", rle_one_bit_run}, ... {0} };
 * build/tests/suites.c, made by the Makefile, lists them all. A check that fails prints its line and
 * ends the test; it never compiles out.
 */
#ifndef INLAY_TESTS_TEST_H
#define INLAY_TESTS_TEST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "inlay/inlay.h"

struct test {
    const char *name;
    void (*run)(void);
};
struct test_suite {
    const char *name;
    const struct test *tests;
};
extern const struct test_suite test_suites[]; /* build/tests/suites.c; ends with {0} */
#define TEST_SUITE(id) const struct test test_suite_##id[]

void test_fail(const char *file, int line, const char *format, ...);
void test_skip(const char *why); /* ends the test as skipped */

#define CHECK(cond) \
    do { \
        if (!(cond)) \
            test_fail(__FILE__, __LINE__, "%s", #cond); \
    } while (0)
#define CHECK_INT(got, want) \
    do { \
        long long check_got = (long long)(got), check_want = (long long)(want); \
        if (check_got != check_want) \
            test_fail(__FILE__, __LINE__, "%s is %lld, want %lld", #got, check_got, check_want); \
    } while (0)
#define CHECK_BYTES(got, got_len, want, want_len) \
    test_check_bytes(__FILE__, __LINE__, #got, got, got_len, want, want_len)
#define CHECK_TEXT(got, want) \
    do { \
        const char *check_got = (got), *check_want = (want); \
        if (strcmp(check_got, check_want) != 0) \
            test_fail(__FILE__, __LINE__, "%s is \"%s\", want \"%s\"", #got, check_got, check_want); \
    } while (0)
void test_check_bytes(const char *file, int line, const char *what, const void *got, size_t got_len,
                      const void *want, size_t want_len);

/* Where the public corpus, recordings and traces lie: $CORPUS, default ../shared. Joins path pieces
 * into a static buffer; the test is skipped when the folder is absent. */
const char *test_corpus(const char *path);

/* Repeatable random numbers; the seed is printed when a test fails ($SEED sets it). */
uint64_t test_random(void);
uint64_t test_random_below(uint64_t n);
void test_random_seed(uint64_t seed);

/* An env whose leaks fail the test at its end: used_bytes must be 0. */
inlay_env *test_env(void);

#endif
