/* CRC-32, XXH64, SipHash-2-4. */
#include "base/hash.h"

#include "base/bytes.h"
#include "base/hash_crc_table.h"

/* ---- CRC-32 ----
 *
 * Naive: for each byte, crc = table[0][(crc ^ byte) & 255] ^ crc >> 8. Eight tables take eight bytes a
 * step ("slicing by 8", Kounavis and Berry 2005).
 */
static uint32_t hash_crc32_tables(uint32_t c, const uint8_t *p, size_t bytes)
{
    for (; bytes >= 8; bytes -= 8, p += 8) {
        uint32_t a = load_le32(p) ^ c, b = load_le32(p + 4);
        c = hash_crc_table[7][a & 255] ^ hash_crc_table[6][a >> 8 & 255] ^
            hash_crc_table[5][a >> 16 & 255] ^ hash_crc_table[4][a >> 24] ^
            hash_crc_table[3][b & 255] ^ hash_crc_table[2][b >> 8 & 255] ^
            hash_crc_table[1][b >> 16 & 255] ^ hash_crc_table[0][b >> 24];
    }
    for (; bytes; bytes--, p++)
        c = hash_crc_table[0][(c ^ *p) & 255] ^ c >> 8;
    return c;
}

uint32_t hash_crc32_plain(uint32_t crc, const void *data, size_t bytes)
{
    return ~hash_crc32_tables(~crc, data, bytes);
}

#if INLAY_X86

/* The message is a polynomial, and x^n can stand for its own remainder: 128 bits of it, multiplied by two constants,
 * are moved 128 (or 512) bits on and added there. What is left after all are 16 bytes with the same remainder, whose
 * CRC the tables give. bytes is at least 64 and a multiple of 16. Source: Gopal et al., "Fast CRC Computation for
 * Generic Polynomials Using PCLMULQDQ Instruction", Intel 2009; the constants are those of its table for gzip. */
INLAY_TARGET("pclmul,sse2")
static uint32_t hash_crc32_folded(uint32_t c, const uint8_t *p, size_t bytes)
{
    const compiler_128 by_512 = {0x0154442bd4, 0x01c6e41596}, by_128 = {0x01751997d0, 0x00ccaa009e};
    compiler_128 lane[4], next;
    uint8_t last[16];
    memcpy(lane, p, 64);
    lane[0] ^= (compiler_128){c, 0};
    for (p += 64, bytes -= 64; bytes >= 64; p += 64, bytes -= 64)
        for (int i = 0; i < 4; i++) {
            memcpy(&next, p + 16 * i, 16);
            lane[i] = INLAY_CLMUL(lane[i], by_512, 0x00) ^ INLAY_CLMUL(lane[i], by_512, 0x11) ^ next;
        }
    for (int i = 1; i < 4; i++)
        lane[0] = INLAY_CLMUL(lane[0], by_128, 0x00) ^ INLAY_CLMUL(lane[0], by_128, 0x11) ^ lane[i];
    for (; bytes >= 16; p += 16, bytes -= 16) {
        memcpy(&next, p, 16);
        lane[0] = INLAY_CLMUL(lane[0], by_128, 0x00) ^ INLAY_CLMUL(lane[0], by_128, 0x11) ^ next;
    }
    memcpy(last, lane, 16);
    return hash_crc32_tables(0, last, 16);
}

uint32_t hash_crc32(uint32_t crc, const void *data, size_t bytes)
{
    const uint8_t *p = data;
    uint32_t c = ~crc;
    size_t folded = bytes & ~(size_t)15;
    if (bytes < 64 || !INLAY_CPU_HAS("pclmul"))
        return hash_crc32_plain(crc, data, bytes);
    c = hash_crc32_folded(c, p, folded);
    return ~hash_crc32_tables(c, p + folded, bytes - folded);
}

#else

uint32_t hash_crc32(uint32_t crc, const void *data, size_t bytes)
{
    return hash_crc32_plain(crc, data, bytes);
}

#endif

/* ---- XXH64 ---- */

#define XXH_P1 0x9E3779B185EBCA87u
#define XXH_P2 0xC2B2AE3D27D4EB4Fu
#define XXH_P3 0x165667B19E3779F9u
#define XXH_P4 0x85EBCA77C2B2AE63u
#define XXH_P5 0x27D4EB2F165667C5u

INLAY_INLINE uint64_t hash_rotl(uint64_t v, unsigned n)
{
    return v << n | v >> (64 - n);
}
INLAY_INLINE uint64_t hash_xxh_round(uint64_t acc, uint64_t lane)
{
    return hash_rotl(acc + lane * XXH_P2, 31) * XXH_P1;
}
INLAY_INLINE uint64_t hash_xxh_merge(uint64_t acc, uint64_t lane)
{
    return (acc ^ hash_xxh_round(0, lane)) * XXH_P1 + XXH_P4;
}

/* The last 0..31 bytes, then the avalanche. */
static uint64_t hash_xxh_tail(uint64_t h, const uint8_t *p, size_t left)
{
    for (; left >= 8; left -= 8, p += 8)
        h = hash_rotl(h ^ hash_xxh_round(0, load_le64(p)), 27) * XXH_P1 + XXH_P4;
    if (left >= 4) {
        h = hash_rotl(h ^ load_le32(p) * XXH_P1, 23) * XXH_P2 + XXH_P3;
        p += 4;
        left -= 4;
    }
    for (; left; left--, p++)
        h = hash_rotl(h ^ *p * XXH_P5, 11) * XXH_P1;
    h = (h ^ h >> 33) * XXH_P2;
    h = (h ^ h >> 29) * XXH_P3;
    return h ^ h >> 32;
}

uint64_t hash_xxh64(const void *data, size_t bytes, uint64_t seed)
{
    const uint8_t *p = data;
    size_t left = bytes;
    uint64_t h = seed + XXH_P5;
    if (bytes >= 32) {
        uint64_t a = seed + XXH_P1 + XXH_P2, b = seed + XXH_P2, c = seed, d = seed - XXH_P1;
        for (; left >= 32; left -= 32, p += 32) {
            a = hash_xxh_round(a, load_le64(p));
            b = hash_xxh_round(b, load_le64(p + 8));
            c = hash_xxh_round(c, load_le64(p + 16));
            d = hash_xxh_round(d, load_le64(p + 24));
        }
        h = hash_rotl(a, 1) + hash_rotl(b, 7) + hash_rotl(c, 12) + hash_rotl(d, 18);
        h = hash_xxh_merge(h, a);
        h = hash_xxh_merge(h, b);
        h = hash_xxh_merge(h, c);
        h = hash_xxh_merge(h, d);
    }
    return hash_xxh_tail(h + bytes, p, left);
}

/* ---- SipHash-2-4, zero key ---- */

static void hash_sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[2] += v[3];
    v[1] = hash_rotl(v[1], 13) ^ v[0];
    v[3] = hash_rotl(v[3], 16) ^ v[2];
    v[0] = hash_rotl(v[0], 32);
    v[2] += v[1];
    v[0] += v[3];
    v[1] = hash_rotl(v[1], 17) ^ v[2];
    v[3] = hash_rotl(v[3], 21) ^ v[0];
    v[2] = hash_rotl(v[2], 32);
}

static void hash_sip_block(struct hash_sip *s, uint64_t m)
{
    s->v[3] ^= m;
    hash_sip_round(s->v);
    hash_sip_round(s->v);
    s->v[0] ^= m;
}

void hash_sip_init(struct hash_sip *s)
{
    *s = (struct hash_sip){.v = {0x736f6d6570736575u, 0x646f72616e646f6du, 0x6c7967656e657261u,
                                 0x7465646279746573u}};
}

void hash_sip_add(struct hash_sip *s, const void *data, size_t bytes)
{
    const uint8_t *p = data;
    for (size_t i = 0; i < bytes; i++) {
        s->tail |= (uint64_t)p[i] << 8 * (s->total % 8);
        if (++s->total % 8 == 0) {
            hash_sip_block(s, s->tail);
            s->tail = 0;
        }
    }
}

uint64_t hash_sip_end(struct hash_sip *s)
{
    hash_sip_block(s, s->tail | s->total << 56);
    s->v[2] ^= 255;
    for (int i = 0; i < 4; i++)
        hash_sip_round(s->v);
    return s->v[0] ^ s->v[1] ^ s->v[2] ^ s->v[3];
}
