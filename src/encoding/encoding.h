/* Encodings: values <-> bytes, one page's value section at a time.
 *
 * A decoder is plain data over the page's bytes: it may be copied, needs no close, and allocates
 * nothing. Invariant: a read that says OK has filled every value it was asked for; values come out
 * in the memory form of inlay_type (schema.h). BYTE_ARRAY values are views into the page, or into
 * the scratch bytes for encodings that assemble them.
 * Source: parquet-format Encodings.md.
 */
#ifndef INLAY_ENCODING_ENCODING_H
#define INLAY_ENCODING_ENCODING_H

#include "inlay/schema.h"

#include "base/bytes.h"

/* Encoding ids of parquet.thrift. */
enum {
    ENCODING_PLAIN = 0,
    ENCODING_PLAIN_DICTIONARY = 2,
    ENCODING_RLE = 3,
    ENCODING_BIT_PACKED = 4,
    ENCODING_DELTA_BINARY_PACKED = 5,
    ENCODING_DELTA_LENGTH_BYTE_ARRAY = 6,
    ENCODING_DELTA_BYTE_ARRAY = 7,
    ENCODING_RLE_DICTIONARY = 8,
    ENCODING_BYTE_STREAM_SPLIT = 9,
    ENCODING_ALP = 10,
    ENCODING_N
};

/* RLE / bit-packed hybrid (rle.c): levels, dictionary codes, booleans. */
struct rle {
    const uint8_t *at, *end;
    uint32_t bit_width;  /* 0..32 */
    uint32_t value;      /* of the open RLE run */
    uint64_t run_left;   /* values left in the open RLE run */
    uint64_t packed_left;/* values left in the open bit-packed run */
    uint32_t packed_bit; /* bit offset of the next packed value from `packed` */
    const uint8_t *packed, *packed_end;
    const char *what;    /* first failure; NULL = none */
};
/* bit_width > 32 fails at the first read. */
void rle_open(struct rle *r, const uint8_t *data, size_t bytes, uint32_t bit_width);
/* Fill n values; false (with r->what) when the bytes end before that. A last bit-packed run that is
 * cut short by the section's end reads as zeros behind it (old writers), but only to the end of its
 * own last group. */
bool rle_read_u32(struct rle *r, uint32_t *out, size_t n);
bool rle_read_u8(struct rle *r, uint8_t *out, size_t n); /* values > 255 fail */
bool rle_skip(struct rle *r, size_t n);
/* How many of the next values are known to be equal without unpacking anything (an RLE run, or
 * bit width 0): their count, at most n, and the value; 0 when the next values are packed. */
size_t rle_peek_run(struct rle *r, size_t n, uint32_t *value);

/* Encode. Bound: most bytes rle_write_* can need for n values. */
size_t rle_bound(size_t n, uint32_t bit_width);
size_t rle_write_u32(uint8_t *dst, const uint32_t *values, size_t n, uint32_t bit_width);
size_t rle_write_u8(uint8_t *dst, const uint8_t *values, size_t n, uint32_t bit_width);
/* One run of n equal values, as a hybrid stream piece. At most 14 bytes. */
size_t rle_write_run(uint8_t *dst, uint32_t value, uint64_t n, uint32_t bit_width);

/* Legacy BIT_PACKED levels (deprecated encoding 4): MSB first, no header, ceil(n x width / 8) bytes.
 * False when the bytes are too few. */
bool bit_packed_read_u8(const uint8_t *data, size_t bytes, uint32_t bit_width, uint8_t *out,
                        size_t n);

/* DELTA_BINARY_PACKED stream (delta.c), also inside DELTA_(LENGTH_)BYTE_ARRAY. */
struct delta {
    struct cursor in;
    uint64_t left;            /* values not yet read, of the stream's own count */
    uint64_t total;           /* the stream's own count */
    uint64_t last;            /* value before the next one */
    uint64_t min_delta;
    uint32_t block_values, miniblocks, miniblock_values;
    uint32_t miniblock;       /* index of the open miniblock in its block */
    uint32_t miniblock_left;  /* values left in it */
    uint32_t bit_width;       /* of the open miniblock */
    uint64_t bit;             /* of the next value, from `packed` on */
    const uint8_t *widths;    /* [miniblocks] of the open block */
    const uint8_t *packed;
    uint32_t type_bits;       /* 32 or 64 */
    bool first;               /* the header's first value is still to be given */
};

/* One page's values. */
struct decoder {
    const struct encoding *encoding;
    uint8_t type;      /* inlay_type */
    uint32_t width;    /* bytes of one value in memory */
    size_t left;       /* values not yet read */
    const char *what;  /* first failure, constant text */
    uint8_t *scratch;  /* the caller's; see decoder_scratch */
    size_t scratch_bytes;
    inlay_bytes previous; /* DELTA_BYTE_ARRAY: the last value; views scratch or `carry` */
    union {
        struct cursor plain;
        struct {
            const uint8_t *data;
            size_t bytes, bit;
        } bits;
        struct rle rle;
        struct {
            struct delta values;
        } delta;
        struct {
            struct delta prefixes, lengths;
            struct cursor data;
        } strings;
        struct {
            const uint8_t *data;
            size_t n, next;
        } split;
        struct {
            const uint8_t *offsets;  /* of the vectors; they count from here */
            size_t bytes;            /* from here to the end of the section */
            size_t n, next;          /* values in all; the next one */
            size_t first, end;       /* values of the open vector */
            const uint8_t *packed, *positions, *exceptions;
            uint64_t base;
            uint32_t n_exceptions;
            uint32_t exception;      /* the next one, where positions ascend */
            uint8_t log_size, exponent, factor, bit_width;
            bool ascending;
        } alp;
    } u;
};

/* One encoding: a row of the table. */
struct encoding {
    const char *name;
    uint8_t id;
    uint16_t types; /* bit i: inlay_type i may carry it */
    bool (*open)(struct decoder *d, const uint8_t *data, size_t bytes);
    bool (*read)(struct decoder *d, void *out, size_t n);
    bool (*skip)(struct decoder *d, size_t n);
    /* bytes of scratch that reading the next n values needs; NULL = none */
    bool (*scratch)(const struct decoder *d, size_t n, size_t *bytes);
    /* most bytes that encoding these values can need, and the encoder; NULL = read only */
    size_t (*bound)(const void *values, size_t n, uint8_t type, uint32_t width);
    size_t (*write)(uint8_t *dst, const void *values, size_t n, uint8_t type, uint32_t width);
};

/* By id of parquet.thrift; NULL when unknown or only for levels and codes. */
const struct encoding *encoding_by_id(int id);
/* Lower or upper case; NULL when unknown or only read. */
const struct encoding *encoding_by_name(const char *name);

/* Open a page's value section of n values (present ones). `width` as inlay_node_width. UNSUPPORTED
 * when the id is unknown, CORRUPT when the type cannot carry it; d->what has the text. */
INLAY_CHECKED inlay_status decoder_open(struct decoder *d, int id, uint8_t type, uint32_t width,
                                        const uint8_t *data, size_t bytes, size_t n);
/* Scratch bytes for the next n values; the caller sets d->scratch before reading. The bytes must stay
 * while the values are used. False = failed (d->what). */
bool decoder_scratch(const struct decoder *d, size_t n, size_t *bytes);
/* n <= d->left. False = failed, d->what has the text. */
bool decoder_read(struct decoder *d, void *out, size_t n);
bool decoder_skip(struct decoder *d, size_t n);

/* Dictionary: codes to values and back (dict.c). */
/* out[i] = dictionary[codes[i]]; false when a code is out of range. width as inlay_node_width. */
bool dict_gather(const void *dictionary, size_t n_dictionary, uint32_t width, const uint32_t *codes,
                 size_t n, void *out);
/* False when a code is >= n_dictionary. */
bool dict_check(const uint32_t *codes, size_t n, size_t n_dictionary);

/* The same for the next n codes of a stream, runs without unpacking them. False: codes->what. */
bool dict_read(const void *dictionary, size_t n_dictionary, uint32_t width, struct rle *codes,
               size_t n, void *out);

/* A dictionary being built: distinct values in order of appearance. */
struct dict_builder;
INLAY_CHECKED inlay_status dict_builder_new(inlay_env *env, uint8_t type, uint32_t width,
                                            struct dict_builder **builder);
void dict_builder_free(struct dict_builder *b); /* NULL is fine */
void dict_builder_clear(struct dict_builder *b); /* keeps the memory */
/* Codes of n values, adding new ones. Stops before the value that would take the dictionary's PLAIN
 * size over max_bytes, and returns through *done how many values got a code. BYTE_ARRAY bytes are
 * copied. Errors: NOMEM. */
INLAY_CHECKED inlay_status dict_builder_add(struct dict_builder *b, const void *values, size_t n,
                                            size_t max_bytes, uint32_t *codes, size_t *done);
/* Most entries of a dictionary of n values whose PLAIN size is at most plain_bytes, and most memory of its builder
 * (BYTE_ARRAY values of at most longest bytes), also one that is cleared and filled again. */
uint64_t dict_builder_most_entries(uint8_t type, uint32_t width, uint64_t n, uint64_t plain_bytes);
uint64_t dict_builder_most(uint8_t type, uint32_t width, uint64_t n, uint64_t plain_bytes, uint64_t longest);
/* The values are those of somebody else, who keeps them, until it is cleared; none can be added. */
void dict_builder_lend(struct dict_builder *b, const void *values, size_t n, uint64_t plain_bytes);
size_t dict_builder_count(const struct dict_builder *b);
size_t dict_builder_plain_bytes(const struct dict_builder *b); /* size of the dictionary page body */
size_t dict_builder_even(const struct dict_builder *b); /* bytes of each value in it; 0 = they differ, or there are none */
/* The values in code order, as in a batch; valid until the next add or clear. */
const void *dict_builder_values(const struct dict_builder *b);

#endif
