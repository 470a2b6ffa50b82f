// Bits of a scan, and the codes that they are made of.
#pragma once

typedef unsigned char Byte;
typedef unsigned long long Bits;

#define QUICK 9         // bits that are looked up at once
#define LONGEST 16

typedef struct {
  short quick[1 << QUICK];                  // length and symbol, 0 where the code is longer
  int beyond[LONGEST + 1];                  // of each length, the first code that is longer, as sixteen bits
  int offset[LONGEST + 1];                  // from a code to its symbol
  Byte symbols[256], known;
} Table;

typedef struct {
  const Byte *at, *end;
  Bits bits;                                // the next ones first
  int count, made_up;                       // how many there are, and how many of these, the last, no file holds
  int bad;
} Reader;

// Sixteen counts of codes by their length, then the symbols.
static void make_table(Table *t, const Byte *counts, const Byte *symbols) {
  int code = 0, k = 0;
  for (int i = 0; i < 1 << QUICK; i++) t->quick[i] = 0;
  for (int length = 1; length <= LONGEST; length++) {
    t->offset[length] = k - code;
    for (int i = 0; i < counts[length - 1] && k < 256; i++, code++, k++) {
      t->symbols[k] = symbols[k];
      if (length > QUICK) continue;
      int first = code << (QUICK - length);
      for (int j = 0; j < 1 << (QUICK - length); j++) t->quick[(first + j) & ((1 << QUICK) - 1)] = (short)(length << 8 | symbols[k]);
    }
    t->beyond[length] = code << (LONGEST - length);
    code <<= 1;
  }
  t->known = 1;
}

// In coded pixels a zero follows 0xFF; what else follows is a marker, and there are no more bits.
static void fill(Reader *r) {
  while (r->count <= 56) {
    Bits byte = 0;
    if (r->at + 1 < r->end && !(r->at[0] == 0xFF && r->at[1])) {
      byte = *r->at;
      r->at += byte == 0xFF ? 2 : 1;
    } else r->made_up += 8;
    r->bits |= byte << (56 - r->count);
    r->count += 8;
  }
}
static inline void skip(Reader *r, int n) { r->bits <<= n; r->count -= n; }
static inline int peek(Reader *r, int n) { return (int)(r->bits >> (64 - n)); }
static inline int take(Reader *r, int n) {
  if (!n) return 0;
  if (r->count < n) fill(r);
  int found = peek(r, n);
  skip(r, n);
  return found;
}
static inline int take_code(Reader *r, const Table *t) {
  if (r->count < 32) fill(r);
  int quick = t->quick[peek(r, QUICK)];
  if (quick) { skip(r, quick >> 8); return quick & 255; }
  int code = peek(r, LONGEST), length = QUICK + 1;
  while (length <= LONGEST && code >= t->beyond[length]) length++;
  if (length > LONGEST) { r->bad = 1; return 0; }
  skip(r, length);
  return t->symbols[((code >> (LONGEST - length)) + t->offset[length]) & 255];
}
// A number of so many bits; those that begin with 0 are negative.
static inline int take_number(Reader *r, int n) {
  int found = take(r, n);
  return n && found < 1 << (n - 1) ? found - (1 << n) + 1 : found;
}
static void begin(Reader *r) { r->bits = 0; r->count = r->made_up = 0; }
// Whether bits were used that no file holds.
static int ran_out(const Reader *r) { return r->count < r->made_up; }
