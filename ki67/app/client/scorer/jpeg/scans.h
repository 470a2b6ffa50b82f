// The scans of a JPEG: coefficients, block by block, in one go or in several that refine one another.
#pragma once
#include "codes.h"

#define COMPONENTS 3

typedef struct {
  int id, h, v;                             // sampling
  int quantizer, direct, alternating;       // which tables: the last two change from scan to scan
  int side;                                 // of its blocks in pixels: 8, or 4 at half size
  int across, down;                         // blocks that hold pixels
  int wide, high;                           // blocks with those that fill up the picture's units
  int width, height;                        // pixels that are the picture's
  int last;                                 // the mean of the block before
  short *coefficients;                      // of all blocks, where scans refine one another
  Byte *pixels;
} Component;

typedef struct {
  int width, height, shrink, progressive, rgb;
  int h, v, across, down;                   // units: the most blocks of a component in one, and how many there are
  int restart;
  Component components[COMPONENTS];
  Table direct[4], alternating[4];
  unsigned short quantizers[4][64];
} Jpeg;

typedef struct { int count, which[COMPONENTS], first, last, high, low, run; } Scan;  // `run`: blocks still to come that hold nothing new

static const Byte ZIGZAG[80] = {
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
  63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63, 63,
};

static inline int next_mean(Reader *r, Component *c, const Table *t) {
  c->last += take_number(r, take_code(r, t) & 15);
  return c->last;
}

// All of a block, in whole numbers that the quantizer has multiplied.
static void block_at_once(Reader *r, const Jpeg *j, Component *c, int *block) {
  const unsigned short *q = j->quantizers[c->quantizer];
  const Table *t = &j->alternating[c->alternating];
  block[0] = (short)(next_mean(r, c, &j->direct[c->direct]) * q[0]);
  for (int k = 1; k < 64; k++) {
    int code = take_code(r, t), size = code & 15;
    k += code >> 4;
    if (!size) { if (code != 0xF0) return; continue; }
    int place = ZIGZAG[k];
    block[place] = (short)(take_number(r, size) * q[place]);
  }
}

static void first_of_mean(Reader *r, const Jpeg *j, Component *c, const Scan *s, short *block) {
  block[0] = (short)(next_mean(r, c, &j->direct[c->direct]) * (1 << s->low));
}

static void first_of_others(Reader *r, const Jpeg *j, Component *c, Scan *s, short *block) {
  if (s->run) { s->run--; return; }
  for (int k = s->first; k <= s->last; k++) {
    int code = take_code(r, &j->alternating[c->alternating]), zeros = code >> 4, size = code & 15;
    if (!size && zeros < 15) { s->run = (1 << zeros) - 1 + take(r, zeros); return; }
    k += zeros;
    if (size) block[ZIGZAG[k]] = (short)(take_number(r, size) * (1 << s->low));
  }
}

static inline void refine(Reader *r, short *value, int bit) {
  if (take(r, 1) && !(*value & bit)) *value = (short)(*value + (*value < 0 ? -bit : bit));
}

static void more_of_others(Reader *r, const Jpeg *j, Component *c, Scan *s, short *block) {
  int k = s->first, bit = 1 << s->low;
  if (!s->run)
    for (; k <= s->last; k++) {
      int code = take_code(r, &j->alternating[c->alternating]), zeros = code >> 4, fresh = 0;
      if (code & 15) fresh = take(r, 1) ? bit : -bit;
      else if (zeros < 15) { s->run = (1 << zeros) + take(r, zeros); break; }
      for (; k <= s->last; k++) {
        short *value = block + ZIGZAG[k];
        if (*value) refine(r, value, bit);
        else if (!zeros--) { *value = (short)fresh; break; }
      }
    }
  if (!s->run) return;
  for (; k <= s->last; k++) if (block[ZIGZAG[k]]) refine(r, block + ZIGZAG[k], bit);
  s->run--;
}

// A block's part of a scan of several.
static void block_in_part(Reader *r, const Jpeg *j, Component *c, Scan *s, short *block) {
  if (s->first) (s->high ? more_of_others : first_of_others)(r, j, c, s, block);
  else if (!s->high) first_of_mean(r, j, c, s, block);
  else if (take(r, 1)) block[0] = (short)(block[0] | 1 << s->low);
}
