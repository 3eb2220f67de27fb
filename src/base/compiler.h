/* Compiler extensions, all of them. */
#ifndef INLAY_BASE_COMPILER_H
#define INLAY_BASE_COMPILER_H

#include "inlay/config.h"

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

/* Kernels for one kind of processor: target attributes on functions, the processor asked at run time. */
#if INLAY_SIMD && (defined(__GNUC__) || defined(__clang__)) && defined(__x86_64__)
#define INLAY_X86 1
#define INLAY_TARGET(features) __attribute__((target(features)))
#define INLAY_CPU_HAS(feature) __builtin_cpu_supports(feature)
typedef long long compiler_128 __attribute__((vector_size(16)));
/* Product without carries of one half of each; bit 0 of `halves` says which of a, bit 4 which of b. */
#define INLAY_CLMUL(a, b, halves) __builtin_ia32_pclmulqdq128(a, b, halves)
#else
#define INLAY_X86 0
#endif

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#define INLAY_BIG_ENDIAN 1
#else
#define INLAY_BIG_ENDIAN 0
#endif

#endif
