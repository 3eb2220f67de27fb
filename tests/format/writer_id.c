/* Facts about created_by. Strings as real files carry them. */
#include "format/writer_id.h"

#include "../test.h"

static struct writer_id id_of(const char *text)
{
    return writer_id_parse((inlay_bytes){(const uint8_t *)text, strlen(text)});
}

static void check_text(inlay_bytes got, const char *want)
{
    CHECK_BYTES(got.data, got.len, want, strlen(want));
}

static void parts_of_a_parquet_mr_file(void)
{
    struct writer_id id =
        id_of("parquet-mr version 1.8.2 (build c6522788629e590a53eb79874b95f6c3ff11f16c)");
    check_text(id.application, "parquet-mr");
    check_text(id.version, "1.8.2");
    check_text(id.suffix, "");
    check_text(id.build, "c6522788629e590a53eb79874b95f6c3ff11f16c");
    CHECK(id.has_numbers);
    CHECK_INT(id.major, 1);
    CHECK_INT(id.minor, 8);
    CHECK_INT(id.patch, 2);
}

static void applications_may_have_spaces_and_no_version(void)
{
    struct writer_id id = id_of("DuckDB version v1.1.3 (build 19864453f7)");
    check_text(id.application, "DuckDB");
    check_text(id.version, "v1.1.3");
    CHECK(!id.has_numbers);
    id = id_of("HVR 5.3.0/9 (linux_glibc2.5-x64-64bit)");
    check_text(id.application, "HVR 5.3.0/9");
    check_text(id.version, "");
    check_text(id.build, "");
    id = id_of("Polars");
    check_text(id.application, "Polars");
}

static void vendor_versions_keep_their_suffix(void)
{
    struct writer_id id = id_of("parquet-mr version 1.5.0-cdh5.5.0 (build ${buildNumber})");
    check_text(id.suffix, "-cdh5.5.0");
    check_text(id.build, "${buildNumber}");
    CHECK_INT(id.minor, 5);
}

static void version_before_and_not(void)
{
    struct writer_id id = id_of("parquet-mr version 1.7.0 (build 1)");
    CHECK(writer_id_before(&id, "parquet-mr", 1, 8, 0));
    CHECK(!writer_id_before(&id, "parquet-mr", 1, 7, 0));
    CHECK(!writer_id_before(&id, "parquet-mr", 1, 2, 9));
    CHECK(!writer_id_before(&id, "parquet-cpp", 1, 8, 0));
    id = id_of("parquet-mr version 1.12.0");
    CHECK(!writer_id_before(&id, "parquet-mr", 1, 8, 0)); /* 12 is a number, not text */
    id = id_of("PARQUET-CPP version 1.2.1-SNAPSHOT");
    CHECK(writer_id_before(&id, "parquet-cpp", 1, 3, 0));
}

static void unreadable_versions_are_the_oldest(void)
{
    struct writer_id id = id_of("parquet-mr");
    CHECK(writer_id_before(&id, "parquet-mr", 0, 0, 1));
    id = id_of("parquet-mr version next");
    CHECK(writer_id_before(&id, "parquet-mr", 1, 0, 0));
    id = id_of("parquet-mr version 99999999999.1.1"); /* no number of ten digits and more */
    CHECK(!id.has_numbers);
}

static void candidates_come_before_their_release(void)
{
    struct writer_id id = id_of("parquet-mr version 1.8.0rc3");
    CHECK(writer_id_before(&id, "parquet-mr", 1, 8, 0));
    CHECK(!writer_id_before(&id, "parquet-mr", 1, 7, 9));
    id = id_of("parquet-mr version 1.8.0+build7");
    CHECK(!writer_id_before(&id, "parquet-mr", 1, 8, 0));
    id = id_of("parquet-mr version 1.8");
    CHECK(id.has_numbers);
    CHECK(!writer_id_before(&id, "parquet-mr", 1, 8, 0));
}

static void absent_and_odd_texts_are_nobody(void)
{
    struct writer_id id = writer_id_parse((inlay_bytes){NULL, 0});
    CHECK(!writer_id_is(&id, "parquet-mr"));
    CHECK(!writer_id_before(&id, "parquet-mr", 1, 8, 0));
    static const char *const odd[] = {"(", ")", " version", " version(", "(build", "x version 1.",
                                      "x version 1..2", "\n\t ", "a (b (build c"};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        id = id_of(odd[i]);
        CHECK(!writer_id_is(&id, "parquet-mr"));
    }
}

TEST_SUITE(format_writer_id) = {
    {"created_by: application, version and build of a parquet-mr file", parts_of_a_parquet_mr_file},
    {"created_by: names with spaces, and no version", applications_may_have_spaces_and_no_version},
    {"created_by: vendor versions keep their suffix", vendor_versions_keep_their_suffix},
    {"created_by: versions compare by number, for the named application",
     version_before_and_not},
    {"created_by: a version that cannot be read is the oldest", unreadable_versions_are_the_oldest},
    {"created_by: release candidates come before their release", candidates_come_before_their_release},
    {"created_by: absent and odd texts are nobody", absent_and_odd_texts_are_nobody},
    {0}};
