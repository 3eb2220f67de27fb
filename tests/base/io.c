/* Facts about sources, sinks, published files and scratch. */
#if !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif
#include "base/io.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../test.h"

static char io_folder[64];

static void io_make_folder(void)
{
    snprintf(io_folder, sizeof io_folder, "%s", "inlay-test.XXXXXX");
    CHECK(mkdtemp(io_folder) != NULL);
}

static unsigned io_count_files(void)
{
    unsigned n = 0;
    DIR *d = opendir(io_folder);
    CHECK(d != NULL);
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static const char *io_path(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", io_folder, name);
    return path;
}

static void io_publish(const char *text, bool commit)
{
    inlay_output *out = NULL;
    inlay_sink sink;
    CHECK_INT(inlay_output_open(test_env(), io_path("a.parquet"), &out, &sink), INLAY_OK);
    CHECK_INT(sink.append(sink.ctx, text, strlen(text)), 0);
    if (commit)
        CHECK_INT(inlay_output_commit(out), INLAY_OK);
    else
        inlay_output_abort(out);
}

static void io_check_file(const char *text)
{
    inlay_file *file = NULL;
    inlay_source source;
    uint8_t got[64];
    CHECK_INT(inlay_file_open(test_env(), io_path("a.parquet"), false, &file, &source), INLAY_OK);
    CHECK_INT(source.size_bytes, strlen(text));
    CHECK_INT(source.read_at(source.ctx, 0, got, strlen(text)), 0);
    CHECK(memcmp(got, text, strlen(text)) == 0);
    inlay_file_close(file);
}

static void output_appears_only_after_commit(void)
{
    inlay_output *out = NULL;
    inlay_sink sink;
    struct stat st;
    io_make_folder();
    CHECK_INT(inlay_output_open(test_env(), io_path("a.parquet"), &out, &sink), INLAY_OK);
    CHECK_INT(sink.append(sink.ctx, "new", 3), 0);
    CHECK(stat(io_path("a.parquet"), &st) != 0);
    CHECK(strstr(inlay_output_temporary(out), ".tmp") != NULL);
    CHECK_INT(inlay_output_commit(out), INLAY_OK);
    io_check_file("new");
    CHECK_INT(io_count_files(), 1);
    unlink(io_path("a.parquet"));
    rmdir(io_folder);
}

static void output_abort_leaves_what_was_there(void)
{
    io_make_folder();
    io_publish("old", true);
    CHECK_INT(chmod(io_path("a.parquet"), 0640), 0);
    io_publish("never", false);
    io_check_file("old");
    CHECK_INT(io_count_files(), 1);
    io_publish("newer", true);
    io_check_file("newer");
    struct stat st;
    CHECK_INT(stat(io_path("a.parquet"), &st), 0);
    CHECK_INT(st.st_mode & 0777, 0640);
    unlink(io_path("a.parquet"));
    rmdir(io_folder);
}

/* Byte i of the file is i % 251, in pieces that are gathered, and such that are not. */
static void output_keeps_the_order_of_pieces(void)
{
    static const size_t pieces[] = {10, 65536, 3, 65535, 262144, 1, 200000, 100000, 300000, 7, 66000, 66000, 5};
    inlay_output *out = NULL;
    inlay_sink sink;
    inlay_file *file = NULL;
    inlay_source source;
    size_t at = 0, all = 0;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        all += pieces[i];
    uint8_t *bytes = malloc(2 * all);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < all; i++)
        bytes[i] = (uint8_t)(i % 251);
    io_make_folder();
    CHECK_INT(inlay_output_open(test_env(), io_path("a.parquet"), &out, &sink), INLAY_OK);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; at += pieces[i++])
        CHECK_INT(sink.append(sink.ctx, bytes + at, pieces[i]), 0);
    CHECK_INT(inlay_output_commit(out), INLAY_OK);
    CHECK_INT(inlay_file_open(test_env(), io_path("a.parquet"), false, &file, &source), INLAY_OK);
    CHECK_INT(source.size_bytes, all);
    CHECK_INT(source.read_at(source.ctx, 0, bytes + all, all), 0);
    CHECK(memcmp(bytes, bytes + all, all) == 0);
    inlay_file_close(file);
    free(bytes);
    unlink(io_path("a.parquet"));
    rmdir(io_folder);
}

static void output_into_a_missing_folder_is_an_io_error(void)
{
    inlay_output *out = NULL;
    inlay_sink sink;
    CHECK_INT(inlay_output_open(test_env(), "no/such/folder/a.parquet", &out, &sink), INLAY_IO);
    CHECK(out == NULL);
    CHECK(test_env()->error.os_error != 0);
}

static void source_ranges_are_checked(void)
{
    static const uint8_t bytes[4] = {1, 2, 3, 4};
    inlay_source source = inlay_source_memory(bytes, 4);
    struct buf buffer;
    const uint8_t *data = NULL;
    buf_init(&buffer, test_env());
    CHECK_INT(io_read(test_env(), &source, 1, 3, &buffer, &data), INLAY_OK);
    CHECK(data == bytes + 1);
    CHECK_INT(io_read(test_env(), &source, 2, 3, &buffer, &data), INLAY_CORRUPT);
    CHECK_INT(io_read(test_env(), &source, UINT64_MAX, 1, &buffer, &data), INLAY_CORRUPT);
    source.view = NULL;
    CHECK_INT(io_read(test_env(), &source, 1, 3, &buffer, &data), INLAY_OK);
    CHECK_BYTES(data, 3, bytes + 1, 3);
    buf_free(&buffer);
}

static void scratch_reads_back_across_the_spill(void)
{
    struct io_scratch s;
    uint8_t piece[100], got[300];
    io_scratch_init(&s, test_env(), ".", 1000);
    for (unsigned i = 0; i < 50; i++) {
        memset(piece, (int)i, sizeof piece);
        CHECK_INT(io_scratch_append(&s, piece, sizeof piece), INLAY_OK);
    }
    CHECK_INT(io_scratch_bytes(&s), 5000);
    CHECK(s.file_bytes > 0 && s.memory.bytes > 0);
    for (unsigned at = 0; at + sizeof got <= 5000; at += 50) {
        CHECK_INT(io_scratch_read(&s, at, got, sizeof got), INLAY_OK);
        for (unsigned k = 0; k < sizeof got; k++)
            CHECK_INT(got[k], (at + k) / 100);
    }
    CHECK_INT(io_scratch_read(&s, 4999, got, 2), INLAY_ARG);
    io_scratch_free(&s);
}

TEST_SUITE(base_io) = {
    {"output: a file appears only after commit", output_appears_only_after_commit},
    {"output: abort leaves what was there, commit keeps its mode", output_abort_leaves_what_was_there},
    {"output: large pieces and small ones stand in their order", output_keeps_the_order_of_pieces},
    {"output: a missing folder is an input/output error", output_into_a_missing_folder_is_an_io_error},
    {"source: ranges are checked, views used where offered", source_ranges_are_checked},
    {"scratch: reads back across the border of memory and file", scratch_reads_back_across_the_spill},
    {0}};
