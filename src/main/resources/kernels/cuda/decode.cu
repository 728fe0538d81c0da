// What stands between the matrix products of a decode step, one token a row, and what the rows' adapters add to them (Chen
// et al. 2023, Punica; Sheng et al. 2023, S-LoRA). In libtorch's operations it is fifteen launches a layer, and its products
// for many small matrices take several times as long as reading the adapters does. Here adapters need no launch of their
// own: who writes an input also takes its product with the first factor, and who reads an output adds that with the second.
// WIDTH is the hidden state's, SIZE a head's; GROUP so many query heads of one key head are computed together, and ROWS rows
// by a block, one or four.

#include "numbers.cuh"
#include "adapters.cuh"

// y = z / sqrt(mean z^2 + epsilon) weight, where z is x and what adapters left to be added to it; several blocks share the
// ranks that come after, the first of them writes. Four threads for eight columns.
#define NORMALISING (WIDTH > 2048 ? 1024 : 512)
#define COLUMNS (2 * NORMALISING)
#define TIMES ((WIDTH + COLUMNS - 1) / COLUMNS)
#define MOST 256

extern "C" __global__ void __launch_bounds__(NORMALISING)
    normalise(Adapters left, Adapters adapters, const Number* x, Number* z, const Number* weight, Number* y,
              float epsilon, int rows) {
  __shared__ float sums[32][ROWS], t[ROWS][MOST];
  __shared__ __align__(16) Number normed[ROWS][WIDTH];
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32, warps = NORMALISING / 32;
  int begin = blockIdx.y * ROWS, row = begin + own_row();
  Update update = update_of(left, begin), next = update_of(adapters, begin);
  bool alike = are_alike(left, begin), next_alike = are_alike(adapters, begin);
  Eight b[TIMES][EARLY];
  float v[TIMES][8];
#pragma unroll
  for (int time = 0; time < TIMES; time++) {
    int column = time * COLUMNS + threadIdx.x / 4 * 8;
    if (alike) fetch(b[time], update.b + column, column < WIDTH ? update.rank : 0, WIDTH);
  }
  First<WIDTH <= 2048 ? 8 : 4, 1> first;
  int own = blockIdx.x * warps + warp, all = gridDim.x * warps, ranks = first_rank(next, 3);
  if (next_alike) first.fetch(next.a, own, all, ranks, WIDTH, WIDTH);
#pragma unroll
  for (int time = 0; time < TIMES; time++) {
    int column = time * COLUMNS + threadIdx.x / 4 * 8;
    for (int k = 0; k < 8; k++) v[time][k] = 0;
    if (column < WIDTH && row < rows) widen(read(x + (long long)row * WIDTH + column), v[time]);
  }
  if (left.updates) {
    for (int r = 0; r < ROWS; r++) {
      int there = update_of(left, begin + r).rank;
      for (int rank = warp; rank < there; rank += warps) {
        const float* from = part_of(left, begin + r, 0) + rank;
        float sum = 0;
        for (int part = lane; part < left.parts; part += 32) sum += from[part * left.most];
        sum = total(sum);
        if (lane == 0) t[r][rank] = sum;
      }
    }
    __syncthreads();
  }
  float sum = 0;
#pragma unroll
  for (int time = 0; time < TIMES; time++) {
    int column = time * COLUMNS + threadIdx.x / 4 * 8;
    if (alike && update.rank > 0) {
      expand(v[time], t[0], MOST, b[time], update.b + column, column < WIDTH ? update.rank : 0, WIDTH);
    } else if (!alike && column < WIDTH) {
      Update mine = update_of(left, row);
      expand_own(v[time], t[own_row()], mine.b + column, mine.rank, WIDTH);
    }
    if (ROWS > 1 || QUAD == 0) {
      for (int k = 0; k < 8; k++) sum += v[time][k] * v[time][k];
    }
  }
  for (int far = 16; far >= (ROWS == 1 ? 1 : 4); far /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, far);
  if (lane < ROWS) sums[warp][lane] = sum;
  __syncthreads();
  sum = 0;
  for (int w = 0; w < warps; w++) sum += sums[w][own_row()];
  float scale = rsqrtf(sum / WIDTH + epsilon);
#pragma unroll
  for (int time = 0; time < TIMES; time++) {
    int column = time * COLUMNS + threadIdx.x / 4 * 8;
    if (column < WIDTH && (ROWS > 1 || QUAD == 0)) {
      long long at = (long long)row * WIDTH + column;
      bool writes = blockIdx.x == 0 && row < rows;
      float w[8];
      widen(read(weight + column), w);
      if (writes && left.updates) write(z + at, v[time]);
      for (int k = 0; k < 8; k++) w[k] *= v[time][k] * scale;
      write(normed[own_row()] + column, w);
      if (writes) write(y + at, w);
    }
  }
  if (adapters.updates) {
    __syncthreads();
    if (next_alike) {
      first.template shrink<ROWS>(part_of(adapters, begin, 0), adapters.most, normed[0], WIDTH, next.a, own, all, ranks, WIDTH,
                                  WIDTH);
    } else {
      for (int r = 0; r < ROWS; r++) {
        next = update_of(adapters, begin + r);
        ranks = first_rank(next, 3);
        first.fetch(next.a, own, all, ranks, WIDTH, WIDTH);
        first.template shrink<1>(part_of(adapters, begin + r, 0), 0, normed[r], 0, next.a, own, all, ranks, WIDTH, WIDTH);
      }
    }
  }
}

// queries, keys and values of a row, [heads + 2 own, SIZE], with what adapters add; queries are turned where they lie, keys
// turned and values as they are go to the row's slot of the pages; four threads for eight columns and their partners
extern "C" __global__ void turn(Adapters left, Number* qkv, const Number* cos, const Number* sin, Number* pages,
                                const long long* slots, int heads, int own, int rows) {
  int item = (blockIdx.x * blockDim.x + threadIdx.x) / 4;
  int head = item / (SIZE / 16), column = item % (SIZE / 16) * 8;
  bool there = head < heads + 2 * own;
  if (!there) head = 0;
  int layer = head < heads ? 0 : head < heads + own ? 1 : 2;
  int outs = (heads + 2 * own) * SIZE, from = head * SIZE + column;
  int begin = blockIdx.y * ROWS, row = begin + own_row();
  Update update = update_of(left, begin);
  bool alike = are_alike(left, begin);
  int first = first_rank(update, layer), ranks = ranks_of(update, layer);
  const Number* b = update.b + (long long)first * outs + from;
  Eight p[EARLY], q[EARLY];
  if (alike) {
    fetch(p, b, ranks, outs);
    fetch(q, b + SIZE / 2, ranks, outs);
  }
  float x[8] = {}, y[8] = {};
  Number* mine = qkv + (long long)row * outs + from;
  if (row < rows) {
    widen(read(mine), x);
    widen(read(mine + SIZE / 2), y);
  }
  if (left.updates && alike) {
    const float* t = part_of(left, begin, 0) + first;
    expand(x, t, left.most, p, b, ranks, outs);
    expand(y, t, left.most, q, b + SIZE / 2, ranks, outs);
  } else if (left.updates) {
    update = update_of(left, row);
    first = first_rank(update, layer);
    b = update.b + (long long)first * outs + from;
    const float* t = part_of(left, row, 0) + first;
    expand_own(x, t, b, ranks_of(update, layer), outs);
    expand_own(y, t, b + SIZE / 2, ranks_of(update, layer), outs);
  }
  if (!there || !is_writer(row, rows)) return;
  if (layer < 2) {
    float c[8], s[8], d[8], r[8];
    const Number* cosine = cos + row * SIZE + column;
    const Number* sine = sin + row * SIZE + column;
    widen(read(cosine), c);
    widen(read(sine), s);
    widen(read(cosine + SIZE / 2), d);
    widen(read(sine + SIZE / 2), r);
    for (int k = 0; k < 8; k++) {
      float before = x[k];
      x[k] = before * c[k] + y[k] * s[k];
      y[k] = y[k] * d[k] + before * r[k];
    }
  }
  Number* to = layer == 0 ? mine : pages + (slots[row] * 2 * own + head - heads) * SIZE + column;
  write(to, x);
  write(to + SIZE / 2, y);
}

#define PAGE 16
#define SPLIT 512
#define WARPS 8
#define LANES (SIZE / 8)
#define TOGETHER (32 / LANES)
#define NOTHING (-1e30f)
#define RESULTS ((GROUP * SIZE + 255) / 256)

// Attention of GROUP query heads of a row over at most SPLIT tokens of its pages [pages, PAGE, 2 own, SIZE], keys before
// values (Dao et al. 2023, Flash-Decoding): LANES threads read a token. With one split to the outputs o [rows, heads, SIZE],
// otherwise the best score, the sum of weights and the weighted values to partial [rows, heads, splits, 2 + SIZE].
extern "C" __global__ void attend(Adapters adapters, const Number* qkv, const Number* pages, const long long* tables,
                                  const long long* positions, Number* o, float* partial, int heads, int own, int width,
                                  int window, int splits, float scale) {
  __shared__ int table[SPLIT / PAGE];
  __shared__ float best[WARPS][GROUP], sums[WARPS][GROUP], outs[WARPS][GROUP][SIZE];
  __shared__ __align__(16) Number result[GROUP * SIZE];
  int row = blockIdx.y, split = blockIdx.x % splits, head = blockIdx.x / splits * GROUP;
  int key = head / (heads / own);
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32, column = lane % LANES * 8;
  int end = (int)positions[row] + 1;
  int from = window > 0 ? max(0, end - window) : 0;
  from = max(from, split * SPLIT);
  int to = min(end, (split + 1) * SPLIT);
  for (int i = threadIdx.x; i < SPLIT / PAGE; i += blockDim.x) {
    int page = split * (SPLIT / PAGE) + i;
    table[i] = page < width ? (int)tables[(long long)row * width + page] : 0;
  }
  Update update = update_of(adapters, blockIdx.y);
  First<RESULTS, 2> first;
  first.fetch(update.a + head * SIZE, warp, WARPS, update.rank, GROUP * SIZE, heads * SIZE);
  float q[GROUP][8], acc[GROUP][8], top[GROUP], sum[GROUP];
  for (int g = 0; g < GROUP; g++) {
    widen(read(qkv + ((long long)row * (heads + 2 * own) + head + g) * SIZE + column), q[g]);
    for (int k = 0; k < 8; k++) {
      q[g][k] *= scale * 1.44269504f; // powers are of two
      acc[g][k] = 0;
    }
    top[g] = NOTHING;
    sum[g] = 0;
  }
  __syncthreads();
  Eight k8, v8, next_k, next_v;
  int token = from + warp * TOGETHER + lane / LANES;
  long long stride = (long long)2 * own * SIZE;
  const Number* keys = pages + key * SIZE + column;
  if (token < to) {
    const Number* at = keys + (table[token / PAGE - split * (SPLIT / PAGE)] * PAGE + token % PAGE) * stride;
    k8 = read(at);
    v8 = read(at + own * SIZE);
  }
  for (int begin = from + warp * TOGETHER; begin < to; begin += WARPS * TOGETHER) {
    bool seen = token < to;
    int next = token + WARPS * TOGETHER;
    if (next < to) {
      const Number* at = keys + (table[next / PAGE - split * (SPLIT / PAGE)] * PAGE + next % PAGE) * stride;
      next_k = read(at);
      next_v = read(at + own * SIZE);
    }
    float x[8], y[8];
    widen(k8, x);
    widen(v8, y);
    for (int g = 0; g < GROUP; g++) {
      float score = 0;
      for (int k = 0; k < 8; k++) score += q[g][k] * x[k];
      for (int far = LANES / 2; far > 0; far /= 2) score += __shfl_xor_sync(0xffffffffu, score, far);
      if (seen) {
        float higher = fmaxf(top[g], score), fade = exp2f(top[g] - higher), weight = exp2f(score - higher);
        top[g] = higher;
        sum[g] = sum[g] * fade + weight;
        for (int k = 0; k < 8; k++) acc[g][k] = acc[g][k] * fade + weight * y[k];
      }
    }
    k8 = next_k;
    v8 = next_v;
    token = next;
  }
  for (int far = LANES; far < 32; far *= 2) {
    for (int g = 0; g < GROUP; g++) {
      float other = __shfl_xor_sync(0xffffffffu, top[g], far), higher = fmaxf(top[g], other);
      float fade = exp2f(top[g] - higher), weight = exp2f(other - higher);
      top[g] = higher;
      sum[g] = sum[g] * fade + weight * __shfl_xor_sync(0xffffffffu, sum[g], far);
      for (int k = 0; k < 8; k++) acc[g][k] = acc[g][k] * fade + weight * __shfl_xor_sync(0xffffffffu, acc[g][k], far);
    }
  }
  if (lane < LANES) {
    for (int g = 0; g < GROUP; g++) {
      best[warp][g] = top[g];
      sums[warp][g] = sum[g];
      for (int k = 0; k < 8; k++) outs[warp][g][column + k] = acc[g][k];
    }
  }
  __syncthreads();
  for (int i = threadIdx.x; i < GROUP * SIZE; i += blockDim.x) {
    int g = i / SIZE, c = i % SIZE;
    float highest = NOTHING, sum = 0, value = 0;
    for (int w = 0; w < WARPS; w++) highest = fmaxf(highest, best[w][g]);
    for (int w = 0; w < WARPS; w++) {
      float weight = exp2f(best[w][g] - highest);
      sum += weight * sums[w][g];
      value += weight * outs[w][g][c];
    }
    long long place = (long long)row * heads + head + g;
    if (splits == 1) {
      result[i] = rounded(value / sum);
      o[place * SIZE + c] = result[i];
    } else {
      float* to = partial + (place * splits + split) * (2 + SIZE);
      if (c == 0) {
        to[0] = highest;
        to[1] = sum;
      }
      to[2 + c] = value;
    }
  }
  if (splits == 1 && update.rank > 0) {
    __syncthreads();
    float* t = part_of(adapters, blockIdx.y, head / GROUP);
    first.template shrink<1>(t, 0, result, 0, update.a + head * SIZE, warp, WARPS, update.rank, GROUP * SIZE,
                             heads * SIZE);
  }
}

// one of several splits; a block for GROUP heads
extern "C" __global__ void combine(Adapters adapters, const float* partial, Number* o, int heads, int splits) {
  __shared__ __align__(16) Number result[GROUP * SIZE];
  int head = blockIdx.x * GROUP, warp = threadIdx.x / 32;
  Update update = update_of(adapters, blockIdx.y);
  First<RESULTS, 2> first;
  first.fetch(update.a + head * SIZE, warp, WARPS, update.rank, GROUP * SIZE, heads * SIZE);
  for (int i = threadIdx.x; i < GROUP * SIZE; i += blockDim.x) {
    long long place = (long long)blockIdx.y * heads + head + i / SIZE;
    const float* from = partial + place * splits * (2 + SIZE);
    float highest = NOTHING, sum = 0, value = 0;
    for (int s = 0; s < splits; s++) highest = fmaxf(highest, from[s * (2 + SIZE)]);
    for (int s = 0; s < splits; s++) {
      const float* one = from + s * (2 + SIZE);
      float weight = exp2f(one[0] - highest);
      sum += weight * one[1];
      value += weight * one[2 + i % SIZE];
    }
    result[i] = rounded(value / sum);
    o[place * SIZE + i % SIZE] = result[i];
  }
  if (update.rank > 0) {
    __syncthreads();
    float* t = part_of(adapters, blockIdx.y, blockIdx.x);
    first.template shrink<1>(t, 0, result, 0, update.a + head * SIZE, warp, WARPS, update.rank, GROUP * SIZE,
                             heads * SIZE);
  }
}

// y = silu(gate) up of wide [rows, 2 half], with what adapters add to both; four threads for eight columns, a part a block
#define GATED 128

extern "C" __global__ void __launch_bounds__(GATED, ROWS == 1 ? 6 : 4)
    gate(Adapters left, Adapters adapters, const Number* wide, Number* y, int half, int rows) {
  __shared__ __align__(16) Number result[ROWS][2 * GATED];
  int first_column = blockIdx.x * 2 * GATED, at = threadIdx.x / 4 * 8, column = first_column + at, warp = threadIdx.x / 32;
  int columns = min(2 * GATED, half - first_column);
  int begin = blockIdx.y * ROWS, row = begin + own_row();
  bool there = column < half;
  Update update = update_of(left, begin), next = update_of(adapters, begin);
  bool alike = are_alike(left, begin), next_alike = are_alike(adapters, begin);
  int ranks = there ? ranks_of(update, 0) : 0, others = there ? ranks_of(update, 1) : 0;
  Eight p[EARLY], q[EARLY];
  if (alike) {
    fetch(p, update.b + column, ranks, half);
    fetch(q, update.second + column, others, half);
  }
  First<1, 4> first;
  if (next_alike) first.fetch(next.a + first_column, warp, GATED / 32, next.rank, columns, half);
  float g[8] = {}, u[8] = {};
  if (there && row < rows) {
    const Number* from = wide + (long long)row * 2 * half + column;
    widen(read(from), g);
    widen(read(from + half), u);
  }
  if (left.updates && alike) {
    const float* t = part_of(left, begin, 0);
    expand(g, t, left.most, p, update.b + column, ranks, half);
    expand(u, t + first_rank(update, 1), left.most, q, update.second + column, others, half);
  } else if (left.updates && there) {
    update = update_of(left, row);
    const float* t = part_of(left, row, 0);
    expand_own(g, t, update.b + column, ranks_of(update, 0), half);
    expand_own(u, t + first_rank(update, 1), update.second + column, ranks_of(update, 1), half);
  }
  if (there && (ROWS > 1 || QUAD == 0)) {
    for (int k = 0; k < 8; k++) g[k] = g[k] / (1 + expf(-g[k])) * u[k];
    write(result[own_row()] + at, g);
    if (row < rows) write(y + (long long)row * half + column, g);
  }
  if (adapters.updates) {
    __syncthreads();
    if (next_alike) {
      first.template shrink<ROWS>(part_of(adapters, begin, blockIdx.x), adapters.parts * adapters.most, result[0], 2 * GATED,
                                  next.a + first_column, warp, GATED / 32, next.rank, columns, half);
    } else {
      for (int r = 0; r < ROWS; r++) {
        next = update_of(adapters, begin + r);
        first.fetch(next.a + first_column, warp, GATED / 32, next.rank, columns, half);
        first.template shrink<1>(part_of(adapters, begin + r, blockIdx.x), 0, result[r], 0, next.a + first_column, warp,
                                 GATED / 32, next.rank, columns, half);
      }
    }
  }
}
