// What stands between the matrix products of a decode step, one token a row, and what the rows' adapters add to them (Chen
// et al. 2023, Punica; Sheng et al. 2023, S-LoRA). In libtorch's operations it is fifteen launches a layer, and its products
// for many small matrices take several times as long as reading the adapters does. Here adapters need no launch of their
// own: who writes an input also takes its product with the first factor, and who reads an output adds that with the second.
// WIDTH is the hidden state's, SIZE a head's; GROUP so many query heads of one key head are computed together.

#include "numbers.cuh"
#include "normal.cuh"
#include "adapters.cuh"
#include "heads.cuh"
#include "row.cuh"

// A block of normalising and of the gate has so many threads, four for eight columns.
#define THREADS 128
#define COLUMNS (2 * THREADS)
#define MOST 256

// How many blocks a multiprocessor shall have room for, which leaves a thread so many registers; in float32 it needs twice as many.
#ifdef BFLOAT16
#define ROOM(blocks) (blocks)
#else
#define ROOM(blocks) ((blocks) / 2)
#endif

// x += what adapters left to be added to it, y = x weight, and the sum of the columns' squares
extern "C" __global__ void __launch_bounds__(THREADS, ROOM(4))
    normalise(Adapters left, Adapters adapters, Number* x, const Number* weight, Number* y, float* squares) {
  __shared__ float sums[THREADS / 32], t[MOST];
  __shared__ __align__(16) Number result[COLUMNS];
  int begin = blockIdx.x * COLUMNS, column = begin + threadIdx.x / 4 * 8, own = column + 2 * QUAD, warp = threadIdx.x / 32;
  bool there = column < WIDTH;
  Update update = update_of(left, blockIdx.y), next = update_of(adapters, blockIdx.y);
  int mine = there ? update.rank : 0, ranks = first_rank(next, 3), columns = min(COLUMNS, WIDTH - begin);
  Eight b[4];
  fetch(b, update.b + column, mine, WIDTH);
  First<1, 12> first;
  first.fetch(next.a + begin, warp, THREADS / 32, ranks, columns, WIDTH);
  wait_for_others();
  Number* place = x + (long long)blockIdx.y * WIDTH + own;
  float v[2] = {}, w[2] = {};
  if (there) {
    read_two(place, v);
    read_two(weight + own, w);
  }
  if (update.rank > 0) {
    gather<4>(left, blockIdx.y, update.rank, t);
    __syncthreads();
    expand(v, t, b, update.b + column, mine, WIDTH);
  }
  float sum = total(v[0] * v[0] + v[1] * v[1]);
  if (there) {
    for (int k = 0; k < 2; k++) w[k] *= v[k];
    if (update.rank > 0) write_two(place, v);
    write_two(result + own - begin, w);
    write_two(y + (long long)blockIdx.y * WIDTH + own, w);
  }
  if (threadIdx.x % 32 == 0) sums[warp] = sum;
  __syncthreads();
  if (threadIdx.x == 0) {
    sum = 0;
    for (int w = 0; w < THREADS / 32; w++) sum += sums[w];
    squares[blockIdx.y * gridDim.x + blockIdx.x] = sum;
  }
  if (ranks > 0) {
    float* to = part_of(adapters, blockIdx.y, blockIdx.x);
    first.shrink(to, result, next.a + begin, warp, THREADS / 32, ranks, columns, WIDTH);
  }
}

// queries, keys and values of a row, [heads + 2 own, SIZE], with what adapters add; queries are turned where they lie, keys
// turned and values as they are go to the row's slot of the pages; four threads for eight columns and their partners,
// two of each for one
extern "C" __global__ void __launch_bounds__(THREADS, ROOM(6))
    turn(Adapters left, Normal normal, Number* qkv, const Number* cos, const Number* sin, Number* pages, const long long* slots,
         int heads, int own) {
  __shared__ float t[3 * MOST];
  int item = (blockIdx.x * THREADS + threadIdx.x) / 4;
  int head = item / (SIZE / 16), column = item % (SIZE / 16) * 8;
  bool there = head < heads + 2 * own;
  if (!there) head = 0;
  int layer = head < heads ? 0 : head < heads + own ? 1 : 2, before = layer == 0 ? 0 : heads + (layer - 1) * own;
  int outs = (layer == 0 ? heads : own) * SIZE;
  int mine = column + 2 * QUAD;
  Number* from = qkv + ((long long)blockIdx.y * (heads + 2 * own) + head) * SIZE + mine;
  Update update = update_of(left, blockIdx.y);
  int first = first_rank(update, layer), ranks = ranks_of(update, layer);
  const Number* b = second_factor(update, layer, heads * SIZE, own * SIZE) + (head - before) * SIZE + column;
  Eight p[4], q[4];
  fetch(p, b, ranks, outs);
  fetch(q, b + SIZE / 2, ranks, outs);
  wait_for_others();
  let_others_begin();
  float x[2], y[2];
  read_two(from, x);
  read_two(from + SIZE / 2, y);
  float scale = common_scale(normal, blockIdx.y);
  if (update.rank > 0) {
    gather<2>(left, blockIdx.y, first_rank(update, 3), t);
    __syncthreads();
    expand(x, t + first, p, b, ranks, outs);
    expand(y, t + first, q, b + SIZE / 2, ranks, outs);
  }
  if (!there) return;
  settle<2>(normal, scale, head * SIZE + mine, x);
  settle<2>(normal, scale, head * SIZE + mine + SIZE / 2, y);
  if (layer < 2) rotate<2>(x, y, cos + blockIdx.y * SIZE + mine, sin + blockIdx.y * SIZE + mine);
  Number* to = layer == 0 ? from : pages + (slots[blockIdx.y] * 2 * own + head - heads) * SIZE + mine;
  write_two(to, x);
  write_two(to + SIZE / 2, y);
}

#define SPLIT 512
#define WARPS 8
#define LANES (SIZE / 8)
#define TOGETHER (32 / LANES)
#define RESULTS ((GROUP * SIZE + 255) / 256)

// Attention of GROUP query heads of a row over at most `reach` tokens, SPLIT or fewer, of its pages [pages, PAGE, 2 own, SIZE],
// keys before values (Dao et al. 2023, Flash-Decoding): LANES threads read a token. With one split to the outputs o [rows, heads,
// SIZE], otherwise the weighted values, the best score and the sum of weights to partial [rows, heads, splits, SIZE + 4].
extern "C" __global__ void attend(Adapters adapters, const Number* qkv, const Number* pages, const long long* tables,
                                  const long long* positions, Number* o, float* partial, int heads, int own, int width,
                                  int window, int splits, int reach, float scale) {
  __shared__ int table[SPLIT / PAGE];
  __shared__ float best[WARPS][GROUP], sums[WARPS][GROUP], outs[WARPS][GROUP][SIZE];
  __shared__ __align__(16) Number result[GROUP * SIZE];
  int row = blockIdx.y, split = blockIdx.x % splits, head = blockIdx.x / splits * GROUP;
  int key = head / (heads / own);
  int warp = threadIdx.x / 32, lane = threadIdx.x % 32, column = lane % LANES * 8;
  int end = (int)positions[row] + 1;
  int from = window > 0 ? max(0, end - window) : 0;
  from = max(from, split * reach);
  int to = min(end, (split + 1) * reach);
  for (int i = threadIdx.x; i < SPLIT / PAGE; i += blockDim.x) {
    int page = split * (reach / PAGE) + i;
    table[i] = page < width ? (int)tables[(long long)row * width + page] : 0;
  }
  Update update = update_of(adapters, blockIdx.y);
  First<RESULTS, 2> first;
  first.fetch(update.a + head * SIZE, warp, WARPS, update.rank, GROUP * SIZE, heads * SIZE);
  wait_for_others();
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
    const Number* at = keys + (table[token / PAGE - split * (reach / PAGE)] * PAGE + token % PAGE) * stride;
    k8 = read(at);
    v8 = read(at + own * SIZE);
  }
  for (int begin = from + warp * TOGETHER; begin < to; begin += WARPS * TOGETHER) {
    bool seen = token < to;
    int next = token + WARPS * TOGETHER;
    if (next < to) {
      const Number* at = keys + (table[next / PAGE - split * (reach / PAGE)] * PAGE + next % PAGE) * stride;
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
      float* to = partial + (place * splits + split) * (SIZE + 4);
      if (c == 0) {
        to[SIZE] = highest;
        to[SIZE + 1] = sum;
      }
      to[c] = value;
    }
  }
  if (splits == 1 && update.rank > 0) {
    __syncthreads();
    float* t = part_of(adapters, blockIdx.y, head / GROUP);
    first.shrink(t, result, update.a + head * SIZE, warp, WARPS, update.rank, GROUP * SIZE, heads * SIZE);
  }
}

// one of several splits; a block for GROUP heads
extern "C" __global__ void combine(Adapters adapters, const float* partial, Number* o, int heads, int splits) {
  __shared__ __align__(16) Number result[GROUP * SIZE];
  int head = blockIdx.x * GROUP, warp = threadIdx.x / 32;
  Update update = update_of(adapters, blockIdx.y);
  First<RESULTS, 2> first;
  first.fetch(update.a + head * SIZE, warp, WARPS, update.rank, GROUP * SIZE, heads * SIZE);
  wait_for_others();
  for (int i = threadIdx.x; i < GROUP * SIZE; i += blockDim.x) {
    long long place = (long long)blockIdx.y * heads + head + i / SIZE;
    result[i] = rounded(combined(partial + place * splits * (SIZE + 4), splits, i % SIZE));
    o[place * SIZE + i % SIZE] = result[i];
  }
  if (update.rank > 0) {
    __syncthreads();
    float* t = part_of(adapters, blockIdx.y, blockIdx.x);
    first.shrink(t, result, update.a + head * SIZE, warp, WARPS, update.rank, GROUP * SIZE, heads * SIZE);
  }
}

// y = silu(gate) up of wide [rows, 2 half], with what adapters add to both; a part a block
extern "C" __global__ void __launch_bounds__(THREADS, ROOM(6))
    gate(Adapters left, Adapters adapters, Normal normal, const Number* wide, Number* y, int half) {
  __shared__ float t[2 * MOST];
  __shared__ __align__(16) Number result[COLUMNS];
  int begin = blockIdx.x * COLUMNS, column = begin + threadIdx.x / 4 * 8, own = column + 2 * QUAD, warp = threadIdx.x / 32;
  int columns = min(COLUMNS, half - begin);
  bool there = column < half;
  const Number* from = wide + (long long)blockIdx.y * 2 * half + (there ? own : 0);
  Update update = update_of(left, blockIdx.y), next = update_of(adapters, blockIdx.y);
  int ranks = there ? ranks_of(update, 0) : 0, others = there ? ranks_of(update, 1) : 0;
  Eight p[2], q[2];
  fetch(p, update.b + column, ranks, half);
  const Number* second = second_factor(update, 1, half, half) + column;
  fetch(q, second, others, half);
  First<1, 4> first;
  first.fetch(next.a + begin, warp, THREADS / 32, next.rank, columns, half);
  wait_for_others();
  float g[2], u[2];
  read_two(from, g);
  read_two(from + half, u);
  float scale = common_scale(normal, blockIdx.y);
  if (update.rank > 0) {
    gather<2>(left, blockIdx.y, first_rank(update, 2), t);
    __syncthreads();
    expand(g, t, p, update.b + column, ranks, half);
    expand(u, t + first_rank(update, 1), q, second, others, half);
  }
  if (there) {
    settle<2>(normal, scale, own, g);
    settle<2>(normal, scale, half + own, u);
    for (int k = 0; k < 2; k++) g[k] = g[k] / (1 + expf(-g[k])) * u[k];
    write_two(result + own - begin, g);
    write_two(y + (long long)blockIdx.y * half + own, g);
  }
  if (next.rank > 0) {
    __syncthreads();
    float* to = part_of(adapters, blockIdx.y, blockIdx.x);
    first.shrink(to, result, next.a + begin, warp, THREADS / 32, next.rank, columns, half);
  }
}
