/* Checksums and hashes: CRC-32 of pages, XXH64 of bloom filters and dictionaries, SipHash-2-4 of
 * time series. */
#ifndef INLAY_BASE_HASH_H
#define INLAY_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 as in gzip: reflected 0x04C11DB7. Start with crc = 0; may be continued. */
uint32_t hash_crc32(uint32_t crc, const void *data, size_t bytes);
uint32_t hash_crc32_plain(uint32_t crc, const void *data, size_t bytes); /* the same on any processor */
/* XXH64 (xxhash.com, "XXH64 algorithm description"). */
uint64_t hash_xxh64(const void *data, size_t bytes, uint64_t seed);
/* SipHash-2-4 with a zero key, fed in pieces (Aumasson, Bernstein 2012). */
struct hash_sip {
    uint64_t v[4], tail;
    uint64_t total; /* bytes so far */
};
void hash_sip_init(struct hash_sip *s);
void hash_sip_add(struct hash_sip *s, const void *data, size_t bytes);
uint64_t hash_sip_end(struct hash_sip *s);

#endif
