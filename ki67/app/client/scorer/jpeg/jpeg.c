// A JPEG's pixels, whole or at half size: bit for bit those of libjpeg, which `ki67 score` reads by, in every browser.
#include "transform.h"
#include "pixels.h"

#define EXPORT(name) __attribute__((export_name(#name)))
#define SPARE 64
#define HOLE 64         // zeros: more than a block of a picture can have
enum { FINE = 0, UNKNOWN = -1, DAMAGED = -2 };
enum { SOF0 = 0xC0, SOF1, SOF2, DHT = 0xC4, RST0 = 0xD0, EOI = 0xD9, SOS = 0xDA, DQT = 0xDB, DRI = 0xDD, JFIF = 0xE0, ADOBE = 0xEE };

static Jpeg j;
static Reader r;
static int adobe, jfif;

static int at16(const Byte *at) { return at[0] << 8 | at[1]; }
static int divided(int a, int b) { return (a + b - 1) / b; }

static int read_frame(const Byte *at, int length) {
  if (j.width) return DAMAGED;
  if (length < 15 || at[0] != 8 || at[5] != COMPONENTS) return UNKNOWN;
  j.height = at16(at + 1); j.width = at16(at + 3);
  j.h = j.v = 1;
  for (int i = 0; i < COMPONENTS; i++) {
    Component *c = &j.components[i];
    const Byte *told = at + 6 + 3 * i;
    c->id = told[0]; c->h = told[1] >> 4; c->v = told[1] & 15; c->quantizer = told[2] & 3;
    if (c->h > j.h) j.h = c->h;
    if (c->v > j.v) j.v = c->v;
  }
  const Component *c = j.components;
  int alike = c[1].h == 1 && c[1].v == 1 && c[2].h == 1 && c[2].v == 1 && c[0].h == j.h && c[0].v == j.v;
  return alike && j.width && j.height && ((j.h == 1 && j.v == 1) || (j.h == 2 && j.v <= 2)) ? FINE : UNKNOWN;
}
static int read_codes(const Byte *at, const Byte *end) {
  while (at + 17 <= end) {
    int symbols = 0, which = at[0];
    for (int i = 1; i <= LONGEST; i++) symbols += at[i];
    if (at + 17 + symbols > end || symbols > 256) return DAMAGED;
    make_table(which >> 4 ? &j.alternating[which & 3] : &j.direct[which & 3], at + 1, at + 17);
    at += 17 + symbols;
  }
  return FINE;
}
static int read_quantizers(const Byte *at, const Byte *end) {
  while (at < end) {
    int wide = *at >> 4, which = *at & 3;
    if (++at + 64 * (wide + 1) > end) return DAMAGED;
    for (int k = 0; k < 64; k++, at += wide + 1) j.quantizers[which][ZIGZAG[k]] = (unsigned short)(wide ? at16(at) : *at);
  }
  return FINE;
}
static int read_scan(const Byte *at, int length, Scan *s) {
  s->count = at[0];
  if (s->count < 1 || s->count > COMPONENTS || length < 4 + 2 * s->count) return DAMAGED;
  for (int i = 0; i < s->count; i++) {
    s->which[i] = -1;
    for (int k = 0; k < COMPONENTS; k++) if (j.components[k].id == at[1 + 2 * i]) s->which[i] = k;
    if (s->which[i] < 0) return DAMAGED;
    j.components[s->which[i]].direct = at[2 + 2 * i] >> 4 & 3;
    j.components[s->which[i]].alternating = at[2 + 2 * i] & 3;
  }
  at += 1 + 2 * s->count;
  s->first = at[0]; s->last = at[1]; s->high = at[2] >> 4; s->low = at[2] & 15; s->run = 0;
  return s->last < 64 && s->first <= s->last && (!s->first || s->count == 1) ? FINE : DAMAGED;
}

static void put(Component *c, int x, int y, const int *block) {
  int row = c->wide * c->side;
  Byte *to = c->pixels + y * c->side * row + x * c->side;
  (c->side == 8 ? whole_block : half_block)(block, to, row);
}
static void read_block(Component *c, Scan *s, int x, int y) {
  if (j.progressive) { block_in_part(&r, &j, c, s, c->coefficients + (y * c->wide + x) * 64); return; }
  int block[64] = {0};
  block_at_once(&r, &j, c, block);
  put(c, x, y, block);
}
static void read_unit(Scan *s, int number) {
  if (s->count == 1) {
    Component *c = &j.components[s->which[0]];
    read_block(c, s, number % c->across, number / c->across);
    return;
  }
  int column = number % j.across, row = number / j.across;
  for (int i = 0; i < s->count; i++) {
    Component *c = &j.components[s->which[i]];
    for (int y = 0; y < c->v; y++) for (int x = 0; x < c->h; x++) read_block(c, s, column * c->h + x, row * c->v + y);
  }
}
static int restarted(Scan *s, int number) {
  if (ran_out(&r) || r.at + 1 >= r.end || r.at[0] != 0xFF || r.at[1] != RST0 + (number & 7)) return 0;
  r.at += 2;
  begin(&r);
  s->run = 0;
  for (int i = 0; i < COMPONENTS; i++) j.components[i].last = 0;
  return 1;
}
static int read_pixels(Scan *s) {
  Component *alone = &j.components[s->which[0]];
  int units = s->count == 1 ? alone->across * alone->down : j.across * j.down;
  begin(&r);
  for (int i = 0; i < COMPONENTS; i++) j.components[i].last = 0;
  for (int unit = 0; unit < units; unit++) {
    if (j.restart && unit && unit % j.restart == 0 && !restarted(s, unit / j.restart - 1)) return DAMAGED;
    read_unit(s, unit);
    if (r.bad) return DAMAGED;
  }
  return ran_out(&r) ? DAMAGED : FINE;
}

// The next one: what stands before it is passed over.
static int next_segment(const Byte **content, int *length) {
  while (r.at + 1 < r.end && (r.at[0] != 0xFF || r.at[1] == 0xFF || r.at[1] == 0 || (r.at[1] & 0xF8) == RST0)) r.at++;
  if (r.at + 1 >= r.end) return EOI;
  int kind = r.at[1];
  r.at += 2;
  if (kind == EOI) return EOI;
  if (r.at + 2 > r.end) return EOI;
  *content = r.at + 2;
  *length = at16(r.at) - 2;
  if (*length < 0 || *content + *length > r.end) return EOI;
  r.at = *content + *length;
  return kind;
}
static int read_head(int kind, const Byte *at, int length) {
  switch (kind) {
    case SOF0: case SOF1: return read_frame(at, length);
    case SOF2: j.progressive = 1; return read_frame(at, length);
    case DHT: return read_codes(at, at + length);
    case DQT: return read_quantizers(at, at + length);
    case DRI: j.restart = at16(at); return FINE;
    case JFIF: jfif = 1; return FINE;
    case ADOBE: adobe = length > 11 ? at[11] : -1; return FINE;
    default: return kind > SOF2 && kind < 0xD0 && kind != 0xC8 ? UNKNOWN : FINE;
  }
}

static Byte *laid(Component *c, Byte *room) {
  c->side = j.shrink == 1 ? 8 : j.h == 2 && j.v == 2 && c != j.components ? 8 : 4;
  c->wide = j.across * c->h; c->high = j.down * c->v;
  c->across = divided(divided(j.width * c->h, j.h), 8); c->down = divided(divided(j.height * c->v, j.v), 8);
  c->width = divided(j.width * c->h * c->side, j.h * 8); c->height = divided(j.height * c->v * c->side, j.v * 8);
  c->pixels = room;
  room += c->wide * c->high * c->side * c->side + SPARE;
  c->coefficients = (short *)(((unsigned long)room + 15) & ~15ul);
  return j.progressive ? (Byte *)(c->coefficients + c->wide * c->high * 64) : room;
}

// The head is read, and how many bytes of room the pixels need is the answer, or why it cannot be read here.
EXPORT(head)
int head(const Byte *bytes, int length, int shrink, Byte *room) {
  const Byte *content;
  int size, kind;
  r.at = bytes + 2; r.end = bytes + length;
  j.shrink = shrink; adobe = -1;
  while ((kind = next_segment(&content, &size)) != SOS) {
    if (kind == EOI) return DAMAGED;
    int found = read_head(kind, content, size);
    if (found != FINE) return found;
  }
  if (!j.width) return DAMAGED;
  r.at = content - 4;
  const Component *c = j.components;
  j.rgb = !jfif && (adobe == 0 || (adobe < 0 && c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B'));
  j.across = divided(j.width, 8 * j.h); j.down = divided(j.height, 8 * j.v);
  Byte *end = room;
  for (int i = 0; i < COMPONENTS; i++) end = laid(&j.components[i], end);
  return (int)(end - room) + 2 * (j.width + 8 * SPARE);
}

static void transform_all(void) {
  for (Component *c = j.components; c < j.components + COMPONENTS; c++)
    for (int y = 0; y < c->high; y++) for (int x = 0; x < c->wide; x++) {
      const short *from = c->coefficients + (y * c->wide + x) * 64;
      int block[64];
      for (int i = 0; i < 64; i++) block[i] = (short)(from[i] * j.quantizers[c->quantizer][i]);
      put(c, x, y, block);
    }
}

// Where bytes were lost, a disk or a copy leaves zeros: codes like others, that in most files no picture has so many of.
static int has_hole(void) {
  int telling = 0, zeros = 0;
  for (int i = 0; i < 4; i++) telling |= j.alternating[i].known && j.alternating[i].symbols[0];
  if (j.progressive || !telling) return 0;
  for (const Byte *at = r.at; at + 1 < r.end && !(at[0] == 0xFF && at[1] == EOI); at++) {
    zeros = *at ? 0 : zeros + 1;
    if (zeros == HOLE) return 1;
  }
  return 0;
}

// Every scan into the room that `head` was given.
EXPORT(decode)
int decode(void) {
  const Byte *content;
  int size, kind, found = has_hole() ? DAMAGED : FINE;
  while (found == FINE && (kind = next_segment(&content, &size)) != EOI) {
    Scan s;
    if (kind != SOS) { found = read_head(kind, content, size); continue; }
    found = read_scan(content, size, &s);
    if (found == FINE) found = read_pixels(&s);
  }
  if (found == FINE && j.progressive) transform_all();
  return found;
}

EXPORT(width)
int width(void) { return divided(j.width, j.shrink); }
EXPORT(height)
int height(void) { return divided(j.height, j.shrink); }

// Rows of red, green, blue and opacity, some columns of them.
EXPORT(rows)
void rows(int top, int count, int left, int columns, Byte *rgba, Byte *room) {
  int wide = width(), high = height();
  for (int y = top; y < top + count; y++, rgba += 4 * columns) {
    const Byte *planes[COMPONENTS];
    for (int i = 0; i < COMPONENTS; i++) planes[i] = row_of(&j.components[i], y, wide, high, room + i * (wide + SPARE)) + left;
    coloured(planes[0], planes[1], planes[2], columns, j.rgb, rgba);
  }
}
