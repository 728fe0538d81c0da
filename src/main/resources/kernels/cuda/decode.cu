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
#include "alone.cuh"

#define THREADS 128

// How many blocks a multiprocessor shall have room for, which leaves a thread so many registers; in float32 it needs twice as many.
#ifdef BFLOAT16
#define ROOM(blocks) (blocks)
#else
#define ROOM(blocks) ((blocks) / 2)
#endif

extern "C" __global__ void __launch_bounds__(THREADS, ROOM(4))
    normalise(Adapters left, Adapters adapters, Number* x, const Number* weight, Number* y, float* squares) {
  normalise_token<THREADS, 12>(left, adapters, blockIdx.y, blockIdx.y, x, weight, y, squares);
}

// THREADS work on the heads of queries, keys and values as they lie
extern "C" __global__ void __launch_bounds__(THREADS, ROOM(6))
    turn(Adapters left, Normal normal, Number* qkv, const Number* cos, const Number* sin, Number* pages, const long long* slots,
         int heads, int own) {
  int item = (blockIdx.x * THREADS + threadIdx.x) / 4;
  bool there = item < (heads + 2 * own) * ITEMS;
  turn_token(left, blockIdx.y, blockIdx.y, normal, qkv, cos, sin, pages, slots, heads, own, item, there);
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

extern "C" __global__ void __launch_bounds__(THREADS, ROOM(6))
    gate(Adapters left, Adapters adapters, Normal normal, const Number* wide, Number* y, int half) {
  gate_token<THREADS, 4>(left, adapters, blockIdx.y, blockIdx.y, normal, wide, y, half);
}
