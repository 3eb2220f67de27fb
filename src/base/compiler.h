/* Compiler extensions, all of them. */
#ifndef INLAY_BASE_COMPILER_H
#define INLAY_BASE_COMPILER_H

#if defined(__GNUC__) || defined(__clang__)
#define INLAY_LIKELY(x) __builtin_expect(!!(x), 1)
#define INLAY_UNLIKELY(x) __builtin_expect(!!(x), 0)
#define INLAY_INLINE static inline __attribute__((always_inline))
#define INLAY_COLD __attribute__((cold, noinline))
#define INLAY_ZEROS(v) ((unsigned)__builtin_ctzll(v)) /* zero bits below the lowest one of v, which is not 0 */
#else
#define INLAY_LIKELY(x) (x)
#define INLAY_UNLIKELY(x) (x)
#define INLAY_INLINE static inline
#define INLAY_COLD
static inline unsigned compiler_zeros(unsigned long long v)
{
    unsigned n = 0;
    for (; !(v & 1); v >>= 1)
        n++;
    return n;
}
#define INLAY_ZEROS(v) compiler_zeros(v)
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define INLAY_BIG_ENDIAN 1
#else
#define INLAY_BIG_ENDIAN 0
#endif

#endif
