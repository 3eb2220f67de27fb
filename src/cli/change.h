/* Commands that change footers: every file is planned first, as often as there is no failure; then each is opened
 * again, locked, planned once more by what it holds now, and changed in one commit. Where nothing changes, nothing is
 * written. */
#ifndef INLAY_CLI_CHANGE_H
#define INLAY_CLI_CHANGE_H

#include "inlay/amend.h"
#include "inlay/edit.h"

#include "cli/events_file.h"
#include "cli/huge.h"
#include "cli/out.h"

struct change_settings {
    struct files_settings files;
    bool in_place, dry_run, quiet;
};
#define CHANGE_OPTIONS(settings, field)                                                                       \
    {"in-place", 'i', OPTIONS_FLAG, offsetof(settings, field.in_place), NULL,                                 \
     "append a new footer instead of making a new file:\nfaster on large files, and can be undone"},          \
    {"dry-run", 0, OPTIONS_FLAG, offsetof(settings, field.dry_run), NULL, "check everything, write nothing"}, \
    {"quiet", 'q', OPTIONS_FLAG, offsetof(settings, field.quiet), NULL, "no summary"},                        \
    FILES_OPTIONS(settings, field.files)

#if INLAY_EVENTS && INLAY_WRITE && INLAY_POSIX

/* What is going to happen to one file. Views in the edits live in the file, on the command line, or in `texts`. */
enum { CHANGE_TEXTS = 4 };
struct change {
    struct huge memory;       /* of `file`, mostly its footer */
    struct events_file file;  /* open; its events are read by whoever needs them */
    inlay_amend *amend;       /* NULL: only planned */
    const char *path;
    bool final;               /* remarks are printed in this round */
    inlay_edit *edits;
    size_t n, capacity;
    inlay_memory_sink texts[CHANGE_TEXTS];
    size_t n_texts;
    struct out said;          /* what is done, in words */
    bool failed;              /* out of memory */
};
void change_set(struct change *c, const char *key, inlay_bytes value);
void change_set_key(struct change *c, inlay_bytes key, inlay_bytes value);
void change_remove(struct change *c, inlay_bytes key);
inlay_memory_sink *change_text(struct change *c, inlay_sink *sink); /* a text to be filled, for an edit */
/* The next part of the summary. */
void change_say(struct change *c, const char *format, ...);

/* Plans one file; returns an exit code, a failure has been reported. */
typedef int change_plan(void *ctx, struct change *c);
int change_files(char **paths, int n, const struct change_settings *settings, change_plan *plan, void *ctx);

/* The file as it was before the last change in place; and its footers, newest first. */
int change_undo(char **paths, int n, const struct change_settings *settings);
int change_log(char **paths, int n, const struct change_settings *settings);

/* The bytes of a zero-terminated text; NULL is absent. */
inlay_bytes change_bytes(const char *text);
bool change_same(inlay_bytes a, inlay_bytes b);

#endif

#endif
