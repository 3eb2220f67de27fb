/* Runs all suites, or those whose name contains one of the arguments; ends with one summary line. */
#include "test.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

static jmp_buf test_jump;
static const char *test_skipped;
static uint64_t test_seed, test_state;
static inlay_env test_the_env;

void test_fail(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("    %s:%d: ", file, line);
    vprintf(format, args);
    printf("\n");
    va_end(args);
    longjmp(test_jump, 1);
}

void test_skip(const char *why)
{
    test_skipped = why;
    longjmp(test_jump, 2);
}

void test_check_bytes(const char *file, int line, const char *what, const void *got, size_t got_len,
                      const void *want, size_t want_len)
{
    const uint8_t *a = got, *b = want;
    size_t i = 0;
    while (i < got_len && i < want_len && a[i] == b[i])
        i++;
    if (i == got_len && i == want_len)
        return;
    printf("    %s: %zu bytes, want %zu; first difference at %zu\n    got ", what, got_len, want_len,
           i);
    for (size_t k = i; k < got_len && k < i + 16; k++)
        printf(" %02x", a[k]);
    printf("\n    want");
    for (size_t k = i; k < want_len && k < i + 16; k++)
        printf(" %02x", b[k]);
    printf("\n");
    test_fail(file, line, "%s differs", what);
}

const char *test_corpus(const char *path)
{
    static char joined[1024];
    const char *root = getenv("CORPUS");
    struct stat st;
    snprintf(joined, sizeof joined, "%s/%s", root && *root ? root : "../shared", path);
    if (stat(joined, &st) != 0)
        test_skip("the corpus is absent (set CORPUS)");
    return joined;
}

void test_random_seed(uint64_t seed)
{
    test_state = seed * 0x9E3779B97F4A7C15u + 1;
}

uint64_t test_random(void) /* splitmix64 */
{
    uint64_t z = (test_state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

uint64_t test_random_below(uint64_t n)
{
    return n ? test_random() % n : 0;
}

inlay_env *test_env(void)
{
    return &test_the_env;
}

static bool test_wanted(const char *suite, int argc, char **argv)
{
    if (argc < 2)
        return true;
    for (int i = 1; i < argc; i++)
        if (strstr(suite, argv[i]))
            return true;
    return false;
}

/* 0 passed, 1 failed, 2 skipped. setjmp stands in a function of its own, so that no variable of the loop
 * lives across it. */
static int test_run(const struct test *t)
{
    int how = setjmp(test_jump);
    if (how != 0)
        return how;
    t->run();
    if (test_the_env.used_bytes != 0)
        test_fail(__FILE__, __LINE__, "%llu bytes leaked", (unsigned long long)test_the_env.used_bytes);
    return 0;
}

int main(int argc, char **argv)
{
    unsigned count[3] = {0};
    const char *seed = getenv("SEED");
    test_seed = seed ? strtoull(seed, NULL, 10) : 20261121;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (const struct test_suite *s = test_suites; s->name; s++) {
        if (!test_wanted(s->name, argc, argv))
            continue;
        for (const struct test *t = s->tests; t->name; t++) {
            memset(&test_the_env, 0, sizeof test_the_env);
            test_random_seed(test_seed);
            int how = test_run(t);
            count[how]++;
            if (how == 1)
                printf("  FAILED   %s (SEED=%llu)\n", t->name, (unsigned long long)test_seed);
            if (how == 2)
                printf("  skipped  %s: %s\n", t->name, test_skipped);
        }
    }
    printf("unit: %u passed, %u failed, %u skipped\n", count[0], count[1], count[2]);
    return count[1] ? 1 : 0;
}
