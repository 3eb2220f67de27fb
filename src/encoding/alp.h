/* Arithmetic of ALP where the machine's own cannot be used; see alp.c. */
#ifndef INLAY_ENCODING_ALP_H
#define INLAY_ENCODING_ALP_H

/* a x b rounded once to nearest, ties to even, by integers. Both are zero or normal, and so is the result:
 * true for ALP, whose factors lie between 1e-18 and 2^63. */
double alp_multiply(double a, double b);

#endif
