/* The end of the file: magic, length, FileMetaData.
 *
 *   ... | FileMetaData (Thrift compact) | uint32 LE its length | "PAR1"
 *
 * Source: parquet-format README "File format". "PARE" at the end means an encrypted footer
 * (Encryption.md 5.4).
 */
#ifndef INLAY_FORMAT_FOOTER_H
#define INLAY_FORMAT_FOOTER_H

#include "format/meta.h"

struct footer {
    struct buf buffer;    /* the bytes, unless the source gave a view */
    const uint8_t *data;
    size_t bytes;         /* FileMetaData with what follows it inside the length */
    uint64_t at;          /* in the file; column data ends here */
    struct mem_pool pool; /* of `meta` */
    struct meta_file meta;
    struct thrift_marks marks; /* of FileMetaData, in `data` */
};

/* Zero-initialised by open; free it also after a failure. Errors: IO, CORRUPT, LIMIT, NOMEM,
 * UNSUPPORTED (encrypted). */
INLAY_CHECKED inlay_status footer_open(struct footer *f, inlay_env *env, const inlay_source *source);
void footer_free(struct footer *f);

#endif
