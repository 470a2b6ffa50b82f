// From the planes of three components to red, green and blue, in libjpeg's arithmetic.
#pragma once
#include "scans.h"

// One row of a component as wide as the picture: what has half the pixels is interpolated ("fancy upsampling").
static const Byte *row_of(const Component *c, int y, int width, int height, Byte *room) {
  int row = c->wide * c->side, across = c->width < width, down = c->height < height;
  if (!across && !down) return c->pixels + y * row;
  int near = down ? y / 2 : y, far = down ? (y & 1 ? near + 1 : near - 1) : near, n = c->width;
  far = far < 0 ? 0 : far >= c->height ? c->height - 1 : far;
  const Byte *a = c->pixels + near * row, *b = c->pixels + far * row;
  if (n <= 2 || !across) {
    for (int x = 0; x < width; x++) room[x] = a[x / 2];
    return room;
  }
#define SUM(x) (down ? 3 * a[x] + b[x] : a[x])
  int shift = down ? 4 : 2, left = down ? 8 : 1, right = down ? 7 : 2, unit = down ? 4 : 1, last = SUM(0), now = last, next;
  for (int x = 0; x < n; x++) {
    next = x + 1 < n ? SUM(x + 1) : now;
    room[2 * x] = (Byte)(x ? (3 * now + last + left) >> shift : down ? (now * unit + 2 * unit) >> shift : now);
    room[2 * x + 1] = (Byte)(x + 1 < n ? (3 * now + next + right) >> shift : down ? (now * unit + right) >> shift : now);
    last = now; now = next;
  }
  return room;
}

static void coloured(const Byte *y, const Byte *cb, const Byte *cr, int width, int rgb, Byte *rgba) {
  for (int x = 0; x < width; x++, rgba += 4) {
    int b = cb[x] - 128, r = cr[x] - 128;
    rgba[0] = rgb ? y[x] : limited(y[x] + ((91881 * r + 32768) >> 16));
    rgba[1] = rgb ? cb[x] : limited(y[x] + ((-22554 * b - 46802 * r + 32768) >> 16));
    rgba[2] = rgb ? cr[x] : limited(y[x] + ((116130 * b + 32768) >> 16));
    rgba[3] = 255;
  }
}
