/* Runs a fuzz target over files, or over all files of folders (not recursive): seeds and old crashes. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { REPLAY_MOST = 8 * 1024 * 1024 };
static unsigned replay_files;

static void replay_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = malloc(REPLAY_MOST);
    if (f && data) {
        size_t n = fread(data, 1, REPLAY_MOST, f);
        uint8_t *exact = malloc(n ? n : 1); /* so that a read beyond the end is seen */
        for (size_t i = 0; exact && i < n; i++)
            exact[i] = data[i];
        if (exact)
            LLVMFuzzerTestOneInput(exact, n);
        free(exact);
        replay_files++;
    }
    free(data);
    if (f)
        fclose(f);
}

static void replay(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return;
    if (!S_ISDIR(st.st_mode)) {
        replay_file(path);
        return;
    }
    DIR *d = opendir(path);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) {
        char inner[4096];
        snprintf(inner, sizeof inner, "%s/%s", path, e->d_name);
        if (stat(inner, &st) == 0 && S_ISREG(st.st_mode))
            replay_file(inner);
    }
    if (d)
        closedir(d);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    printf("%s: %u inputs\n", argv[0], replay_files);
    return 0;
}
