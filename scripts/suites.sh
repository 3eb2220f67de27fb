#!/bin/sh
# Lists the suites of the given test files, tests/<folder>/<name>.c, as C for tests/main.c.
names=$(for f in "$@"; do f=${f#tests/}; f=${f%.c}; echo "$f" | tr / _; done)
echo '#include "test.h"'
for n in $names; do echo "extern const struct test test_suite_$n[];"; done
echo 'const struct test_suite test_suites[] = {'
for n in $names; do echo "    {\"$n\", test_suite_$n},"; done
echo '    {0}};'
