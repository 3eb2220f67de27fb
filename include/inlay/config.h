/* Build switches, all 0 or 1, in one place.
 *
 * Set any of them from the compiler's command line (-DINLAY_BROTLI=0). What is left out answers
 * INLAY_UNSUPPORTED at run time, never a link error. `make configs` builds every combination that
 * matters.
 */
#ifndef INLAY_CONFIG_H
#define INLAY_CONFIG_H

#define INLAY_VERSION "0.1.0"

/* What people do with files. */
#ifndef INLAY_WRITE
#define INLAY_WRITE 1 /* the writer */
#endif
#ifndef INLAY_MERGE
#define INLAY_MERGE 1 /* k-way merge; needs WRITE */
#endif
#ifndef INLAY_RECORDING
#define INLAY_RECORDING 1 /* long metric tables, melt; needs MERGE */
#endif
#ifndef INLAY_VERIFY
#define INLAY_VERIFY 1 /* checking a file against what it says about itself */
#endif
#ifndef INLAY_IMPORT
#define INLAY_IMPORT 1 /* CSV and JSON lines into files; needs WRITE */
#endif
#ifndef INLAY_WHERE
#define INLAY_WHERE 1 /* rows by predicate, with skipping */
#endif
#ifndef INLAY_EVENTS
#define INLAY_EVENTS 1 /* events in the footer of recordings */
#endif

/* Codecs; snappy is ours, the others are adapters to their libraries. */
#ifndef INLAY_SNAPPY
#define INLAY_SNAPPY 1
#endif
#ifndef INLAY_ZSTD
#define INLAY_ZSTD 1 /* libzstd */
#endif
#ifndef INLAY_GZIP
#define INLAY_GZIP 1 /* libdeflate */
#endif
#ifndef INLAY_LZ4
#define INLAY_LZ4 1 /* liblz4 */
#endif
#ifndef INLAY_BROTLI
#define INLAY_BROTLI 1 /* libbrotlidec, libbrotlienc */
#endif

/* The world around. */
#ifndef INLAY_POSIX
#define INLAY_POSIX 1 /* files: open, pread, mmap, rename, fsync */
#endif
#ifndef INLAY_THREADS
#define INLAY_THREADS INLAY_POSIX /* several threads in one merge; POSIX threads */
#endif
#ifndef INLAY_MALLOC
#define INLAY_MALLOC 1 /* a zeroed allocator means malloc; 0 = the caller must give one */
#endif
#ifndef INLAY_ERROR_TEXT
#define INLAY_ERROR_TEXT 1 /* 0 = inlay_error.what is always "" and the texts leave the binary */
#endif

/* Instructions that not every processor of its kind has; asked for at run time. */
#ifndef INLAY_SIMD
#define INLAY_SIMD 1
#endif

/* Visibility and checks. */
#if defined(__GNUC__) || defined(__clang__)
#define INLAY_API __attribute__((visibility("default")))
#define INLAY_CHECKED __attribute__((warn_unused_result))
#else
#define INLAY_API
#define INLAY_CHECKED
#endif

#endif
