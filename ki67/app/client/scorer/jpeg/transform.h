// From a block's coefficients to its pixels, 8×8 or at half size 4×4: in whole numbers, bit for bit as libjpeg's slow transform.
#pragma once
#include "codes.h"

static inline Byte limited(int x) { return (Byte)(x < 0 ? 0 : x > 255 ? 255 : x); }
#define DESCALED(x, n) (((x) + (1 << ((n) - 1))) >> (n))

// Eight values, a step apart.
typedef struct { int v[8]; } Eight;
static inline Eight eight(const int *in, int step) {
  int z1 = (in[2 * step] + in[6 * step]) * 4433, t2 = z1 - in[6 * step] * 15137, t3 = z1 + in[2 * step] * 6270;
  int t0 = (in[0] + in[4 * step]) * 8192, t1 = (in[0] - in[4 * step]) * 8192;
  int a = t0 + t3, d = t0 - t3, b = t1 + t2, c = t1 - t2;
  t0 = in[7 * step]; t1 = in[5 * step]; t2 = in[3 * step]; t3 = in[step];
  int y1 = (t0 + t3) * -7373, y2 = (t1 + t2) * -20995, y5 = (t0 + t2 + t1 + t3) * 9633;
  int y3 = (t0 + t2) * -16069 + y5, y4 = (t1 + t3) * -3196 + y5;
  t0 = t0 * 2446 + y1 + y3; t1 = t1 * 16819 + y2 + y4; t2 = t2 * 25172 + y2 + y3; t3 = t3 * 12299 + y1 + y4;
  return (Eight){{a + t3, b + t2, c + t1, d + t0, d - t0, c - t1, b - t2, a - t3}};
}
static void whole_block(const int *in, Byte *out, int row) {
  int middle[64];
  for (int x = 0; x < 8; x++) {
    Eight e = eight(in + x, 8);
    for (int y = 0; y < 8; y++) middle[8 * y + x] = DESCALED(e.v[y], 11);
  }
  for (int y = 0; y < 8; y++) {
    Eight e = eight(middle + 8 * y, 1);
    for (int x = 0; x < 8; x++) out[y * row + x] = limited(DESCALED(e.v[x], 18) + 128);
  }
}

typedef struct { int v[4]; } Four;
static inline Four four(const int *in, int step) {
  int t0 = in[0] * 16384, t2 = in[2 * step] * 15137 - in[6 * step] * 6270, a = t0 + t2, b = t0 - t2;
  int z1 = in[7 * step], z2 = in[5 * step], z3 = in[3 * step], z4 = in[step];
  t0 = z1 * -1730 + z2 * 11893 + z3 * -17799 + z4 * 8697;
  t2 = z1 * -4176 + z2 * -4926 + z3 * 7373 + z4 * 20995;
  return (Four){{a + t2, b + t0, b - t0, a - t2}};
}
static void half_block(const int *in, Byte *out, int row) {
  int middle[32];
  for (int x = 0; x < 8; x++) {
    if (x == 4) continue;
    Four f = four(in + x, 8);
    for (int y = 0; y < 4; y++) middle[8 * y + x] = DESCALED(f.v[y], 12);
  }
  for (int y = 0; y < 4; y++) {
    Four f = four(middle + 8 * y, 1);
    for (int x = 0; x < 4; x++) out[y * row + x] = limited(DESCALED(f.v[x], 19) + 128);
  }
}
