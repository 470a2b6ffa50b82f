// The layers of a network on planes of floats, in baseline SIMD: the same bits on every device.
#include <wasm_simd128.h>

#define BORDER 4        // zeros round a plane: as far as a kernel of dilation 4 reaches
#define LANES 4
#define CHUNK 8         // vectors of tiles that are worked on together, so that they stay in the cache
#define EXPORT(name) __attribute__((export_name(#name)))

typedef v128_t Vector;
typedef struct { float *data; int channels, width, height; } Planes;

static int stride(const Planes *p) { return p->width + 2 * BORDER; }
static int area(const Planes *p) { return stride(p) * (p->height + 2 * BORDER); }
static float *at(const Planes *p, int channel, int y, int x) {
  return p->data + channel * area(p) + (y + BORDER) * stride(p) + BORDER + x;
}
static int part_of(int whole, int part, int parts) { return whole * part / parts; }

static Vector splat(const float *value) { return wasm_v128_load32_splat(value); }
static Vector add(Vector a, Vector b) { return wasm_f32x4_add(a, b); }
static Vector sub(Vector a, Vector b) { return wasm_f32x4_sub(a, b); }
static Vector mul(Vector a, Vector b) { return wasm_f32x4_mul(a, b); }
static Vector load(const float *from) { return wasm_v128_load(from); }
// Slopes are at most 1.
static Vector activated(Vector x, Vector slope) { return wasm_f32x4_max(x, mul(x, slope)); }

// Four values in a row, or as many of them as are `left` of the plane.
static inline void keep(float *place, int left, Vector value) {
  if (left >= LANES) { wasm_v128_store(place, value); return; }
  float lanes[LANES];
  wasm_v128_store(lanes, value);
  for (int i = 0; i < left; i++) place[i] = lanes[i];
}
static void store(const Planes *to, int channel, int y, int x, Vector value) {
  if (y < to->height) keep(at(to, channel, y, x), to->width - x, value);
}

// Four output channels by two vectors: as many sums as registers hold.
typedef struct { Vector a[4], b[4]; } Sums;
static inline void gather(Sums *s, Vector a, Vector b, const float *w) {
#pragma clang loop unroll(full)
  for (int q = 0; q < 4; q++) {
    Vector k = splat(w + q);
    s->a[q] = add(s->a[q], mul(a, k));
    s->b[q] = add(s->b[q], mul(b, k));
  }
}

// 1×1: weights [out/4][in][4].
EXPORT(pointwise)
void pointwise(const Planes *in, const Planes *out, int first, int count, const float *weights, const float *shift, float slope, int part, int parts) {
  Vector s = wasm_f32x4_splat(slope);
  int from = part_of(in->height, part, parts), to = part_of(in->height, part + 1, parts);
  for (int y = from; y < to; y++)
    for (int x = 0; x < in->width; x += 2 * LANES)
      for (int o = 0; o < count; o += 4) {
        Sums sums;
        for (int q = 0; q < 4; q++) sums.a[q] = sums.b[q] = splat(shift + o + q);
        const float *w = weights + o * in->channels, *pixels = at(in, 0, y, x);
        for (int c = 0; c < in->channels; c++, w += 4, pixels += area(in)) gather(&sums, load(pixels), load(pixels + LANES), w);
        for (int q = 0; q < 4 && o + q < count; q++) {
          store(out, first + o + q, y, x, activated(sums.a[q], s));
          store(out, first + o + q, y, x + LANES, activated(sums.b[q], s));
        }
      }
}

// 3×3 by Winograd's F(2×2, 3×3): 16 products for 4 results in place of 36. Dilation d makes tiles of pixels that lie d apart.
// Kernels as they are, [in][9][out], become [out/4][16][in][4].
EXPORT(prepare)
void prepare(const float *kernel, float *weights, int in, int out) {
  for (int c = 0; c < in; c++)
    for (int o = 0; o < out; o++) {
      float half[4][3], whole[4][4];
      for (int x = 0; x < 3; x++) {
        float g0 = kernel[(c * 9 + x) * out + o], g1 = kernel[(c * 9 + 3 + x) * out + o], g2 = kernel[(c * 9 + 6 + x) * out + o];
        half[0][x] = g0; half[1][x] = (g0 + g1 + g2) * .5f; half[2][x] = (g0 - g1 + g2) * .5f; half[3][x] = g2;
      }
      for (int y = 0; y < 4; y++) {
        float g0 = half[y][0], g1 = half[y][1], g2 = half[y][2];
        whole[y][0] = g0; whole[y][1] = (g0 + g1 + g2) * .5f; whole[y][2] = (g0 - g1 + g2) * .5f; whole[y][3] = g2;
      }
      for (int p = 0; p < 16; p++) weights[(((o / 4) * 16 + p) * in + c) * 4 + o % 4] = whole[p / 4][p % 4];
    }
}

// Of one row the four inputs of four tiles: t0 to t3, d apart.
static inline void inputs(const float *row, int d, Vector t[4]) {
  Vector a = load(row - d), b = load(row - d + LANES), c = load(row + d), e = load(row + d + LANES);
  if (d == 1) {
    t[0] = wasm_i32x4_shuffle(a, b, 0, 2, 4, 6); t[1] = wasm_i32x4_shuffle(a, b, 1, 3, 5, 7);
    t[2] = wasm_i32x4_shuffle(c, e, 0, 2, 4, 6); t[3] = wasm_i32x4_shuffle(c, e, 1, 3, 5, 7);
  } else if (d == 2) {
    t[0] = wasm_i32x4_shuffle(a, b, 0, 1, 4, 5); t[1] = wasm_i32x4_shuffle(a, b, 2, 3, 6, 7);
    t[2] = wasm_i32x4_shuffle(c, e, 0, 1, 4, 5); t[3] = wasm_i32x4_shuffle(c, e, 2, 3, 6, 7);
  } else { t[0] = a; t[1] = b; t[2] = c; t[3] = e; }
}
static inline void differences(Vector t[4]) {
  Vector t0 = sub(t[0], t[2]), t1 = add(t[1], t[2]), t2 = sub(t[2], t[1]), t3 = sub(t[1], t[3]);
  t[0] = t0; t[1] = t1; t[2] = t2; t[3] = t3;
}
// Where the four rows of a tile begin, from a plane's own begin on; what lies below the border is as empty as the border.
static void rows_of(const Planes *in, int y, int d, int rows[4]) {
  for (int r = 0; r < 4; r++) {
    int line = y + (r - 1) * d;
    rows[r] = (line < in->height + BORDER ? line + BORDER : 0) * stride(in) + BORDER;
  }
}
// The 16 sums of four tiles, `step` apart.
static inline void transformed(const float *plane, const int rows[4], int d, Vector *to, int step) {
  Vector t[4][4];
  for (int r = 0; r < 4; r++) { inputs(plane + rows[r], d, t[r]); differences(t[r]); }
  for (int i = 0; i < 4; i++) {
    Vector column[4] = {t[0][i], t[1][i], t[2][i], t[3][i]};
    differences(column);
    for (int r = 0; r < 4; r++) to[(r * 4 + i) * step] = column[r];
  }
}
static inline void put(const Planes *out, int channel, int y, int x, int d, Vector first, Vector second) {
  Vector low = first, high = second;
  if (d == 1) { low = wasm_i32x4_shuffle(first, second, 0, 4, 1, 5); high = wasm_i32x4_shuffle(first, second, 2, 6, 3, 7); }
  if (d == 2) { low = wasm_i32x4_shuffle(first, second, 0, 1, 4, 5); high = wasm_i32x4_shuffle(first, second, 2, 3, 6, 7); }
  if (x + 2 * LANES <= out->width && y < out->height) {
    float *place = at(out, channel, y, x);
    wasm_v128_store(place, low);
    wasm_v128_store(place + LANES, high);
    return;
  }
  store(out, channel, y, x, low);
  store(out, channel, y, x + LANES, high);
}
static inline void results(const Planes *out, int channel, int y, int x, int d, const Vector *m, Vector shift, Vector slope) {
  Vector top[4], bottom[4];
  for (int i = 0; i < 4; i++) {
    Vector m0 = m[i * CHUNK], m1 = m[(4 + i) * CHUNK], m2 = m[(8 + i) * CHUNK], m3 = m[(12 + i) * CHUNK];
    top[i] = add(add(m0, m1), m2); bottom[i] = sub(sub(m1, m2), m3);
  }
#define SIDE(t, first) activated(add(first ? add(add(t[0], t[1]), t[2]) : sub(sub(t[1], t[2]), t[3]), shift), slope)
  put(out, channel, y, x, d, SIDE(top, 1), SIDE(top, 0));
  put(out, channel, y + d, x, d, SIDE(bottom, 1), SIDE(bottom, 0));
}

// Each part has a room of its own, 16 × in × CHUNK vectors.
static inline void tiles(const Planes *in, const Planes *out, int first, int count, const float *weights, const float *shift, int d, Vector s, Vector *room, int part, int parts) {
  Vector products[4][16][CHUNK];
  int vectors = (in->width + 2 * LANES - 1) / (2 * LANES), pairs = (in->height + 2 * d - 1) / (2 * d) * d;
  int step = in->channels * CHUNK, rows[4];
  for (int pair = part_of(pairs, part, parts); pair < part_of(pairs, part + 1, parts); pair++) {
    int y = pair / d * 2 * d + pair % d;
    if (y >= in->height) continue;
    rows_of(in, y, d, rows);
    for (int start = 0; start < vectors; start += CHUNK) {
      int wide = vectors - start < CHUNK ? vectors - start : CHUNK;
      for (int c = 0; c < in->channels; c++) {
        const float *plane = in->data + c * area(in) + start * 2 * LANES;
        for (int v = 0; v < wide; v++, plane += 2 * LANES) transformed(plane, rows, d, room + c * CHUNK + v, step);
      }
      for (int o = 0; o < count; o += 4) {
        for (int p = 0; p < 16; p++)
          for (int v = 0; v < wide; v += 2) {
            Sums sums;
            for (int q = 0; q < 4; q++) sums.a[q] = sums.b[q] = wasm_f32x4_const_splat(0);
            const float *w = weights + (o / 4 * 16 + p) * in->channels * 4;
            const Vector *from = room + p * step + v;
            for (int c = 0; c < in->channels; c++, w += 4, from += CHUNK) gather(&sums, from[0], from[1], w);
            for (int q = 0; q < 4; q++) { products[q][p][v] = sums.a[q]; products[q][p][v + 1] = sums.b[q]; }
          }
        for (int q = 0; q < 4 && o + q < count; q++)
          for (int v = 0; v < wide; v++)
            results(out, first + o + q, y, (start + v) * 2 * LANES, d, &products[q][0][v], splat(shift + o + q), s);
      }
    }
  }
}
EXPORT(winograd)
void winograd(const Planes *in, const Planes *out, int first, int count, const float *weights, const float *shift, int d, float slope, char *rooms, int apart, int part, int parts) {
  Vector *room = (Vector *)(rooms + part * apart), s = wasm_f32x4_splat(slope);
  if (d == 1) tiles(in, out, first, count, weights, shift, 1, s, room, part, parts);
  else if (d == 2) tiles(in, out, first, count, weights, shift, 2, s, room, part, parts);
  else tiles(in, out, first, count, weights, shift, 4, s, room, part, parts);
}

// The layers that follow work on whole rows, border left alone, four values at a time; what is too much is cut by `store`.
#define ROWS(p) for (int y = part_of((p)->height, part, parts); y < part_of((p)->height, part + 1, parts); y++)

// Red, green and blue of a picture, from 0 to 1; where the plane is larger, the picture's edge goes on.
EXPORT(pixels)
void pixels(const unsigned char *rgba, int width, int height, const Planes *out, int part, int parts) {
  ROWS(out) for (int x = 0; x < out->width; x++) {
    int row = y < height ? y : height - 1, column = x < width ? x : width - 1;
    for (int c = 0; c < 3; c++) *at(out, c, y, x) = rgba[(row * width + column) * 4 + c] * (1.f / 255);
  }
}

EXPORT(pooled)
void pooled(const Planes *in, const Planes *out, int part, int parts) {
  for (int c = 0; c < in->channels; c++) ROWS(out) for (int x = 0; x < out->width; x += LANES) {
    const float *top = at(in, c, 2 * y, 2 * x), *bottom = top + stride(in);
    Vector a = wasm_f32x4_max(load(top), load(bottom)), b = wasm_f32x4_max(load(top + LANES), load(bottom + LANES));
    store(out, c, y, x, wasm_f32x4_max(wasm_i32x4_shuffle(a, b, 0, 2, 4, 6), wasm_i32x4_shuffle(a, b, 1, 3, 5, 7)));
  }
}

EXPORT(doubled)
void doubled(const Planes *in, const Planes *out, int part, int parts) {
  for (int c = 0; c < in->channels; c++) ROWS(out) {
    const float *from = at(in, c, y / 2, 0);
    float *to = at(out, c, y, 0);
    for (int x = 0; x < in->width; x += LANES) {
      Vector a = load(from + x);
      keep(to + 2 * x, out->width - 2 * x, wasm_i32x4_shuffle(a, a, 0, 0, 1, 1));
      keep(to + 2 * x + LANES, out->width - 2 * x - LANES, wasm_i32x4_shuffle(a, a, 2, 2, 3, 3));
    }
  }
}

EXPORT(copied)
void copied(const Planes *in, const Planes *out, int first, int part, int parts) {
  for (int c = 0; c < in->channels; c++) ROWS(in) {
    const float *from = at(in, c, y, 0);
    float *to = at(out, first + c, y, 0);
    for (int x = 0; x < in->width; x += LANES) keep(to + x, in->width - x, load(from + x));
  }
}

// Up to three planes added, times a factor, plus a term, activated.
EXPORT(summed)
void summed(const Planes *one, const Planes *two, const Planes *three, const Planes *out, const float *factor, const float *term, float slope, int part, int parts) {
  Vector s = wasm_f32x4_splat(slope);
  for (int c = 0; c < out->channels; c++) ROWS(out) {
    const float *a = at(one, c, y, 0), *b = two ? at(two, c, y, 0) : 0, *e = three ? at(three, c, y, 0) : 0;
    float *to = at(out, c, y, 0);
    for (int x = 0; x < out->width; x += LANES) {
      Vector sum = load(a + x);
      if (b) sum = add(sum, load(b + x));
      if (e) sum = add(sum, load(e + x));
      keep(to + x, out->width - x, activated(add(mul(sum, splat(factor + c)), splat(term + c)), s));
    }
  }
}
