// What stands between the matrix products of a step whose rows have several tokens each, and what their adapters add: the
// kernels of decode.cu for tiles of tokens, which read an adapter and the pages of their row once for all of them. A tile of one
// token, as answers have in a step that reads prompts too, goes the way of a token by itself, but for attention.
// WIDTH is the hidden state's, SIZE a head's; GROUP so many query heads leave one part of their product with an adapter, and
// a block of attention has HEADS of them.

#include "numbers.cuh"
#include "normal.cuh"
#include "adapters.cuh"
#include "heads.cuh"
#include "row.cuh"
#include "alone.cuh"
#include "tile.cuh"

// A warp of normalising and of the gate has a strip, a block so many of them.
#define WARPS 8
#define THREADS (32 * WARPS)
#define COLUMNS (STRIP * WARPS)

// x += what adapters left to be added to it, y = x weight, and the sums of the columns' squares
extern "C" __global__ void __launch_bounds__(THREADS)
    normalise(Adapters left, Adapters adapters, const long long* tiles, Number* x, const Number* weight, Number* y,
              float* squares) {
  __shared__ Sums sums[WARPS][3];
  __shared__ float t[TILE][APART];
  Tile tile = tile_of(tiles, blockIdx.y);
  if (tile.count == 0) return;
  if (tile.count == 1) {
    normalise_token<THREADS, 4>(left, adapters, blockIdx.y, tile.first, x, weight, y, squares);
    return;
  }
  int warp = threadIdx.x / 32, begin = blockIdx.x * COLUMNS + warp * STRIP, given = begin + 8 * LINE;
  Update update = update_of(left, blockIdx.y), next = update_of(adapters, blockIdx.y);
  int ranks = first_rank(next, 3);
  Eight rows[4];
  fetch_rows(rows, update.b + given, given < WIDTH ? update.rank : 0, WIDTH);
  FirstFactor<1, 3> first;
  first.fetch(next.a + begin, WIDTH, WIDTH - begin, ranks);
  wait_for_others();
  if (update.rank > 0) {
    gather(left, tile, 0, update.rank, t);
    __syncthreads();
  }
  float c[8][4];
  for (int half = 0; half < 4; half++) {
    int token = LINE + half / 2 * 8, column = begin + 16 * QUAD + half % 2 * 8;
    bool there = token < tile.count && column < WIDTH;
    take(c, half, there ? read(x + (long long)(tile.first + token) * WIDTH + column) : nothing());
  }
  expand(c, t[0], APART, tile.count, rows, update.b + given, update.rank, WIDTH, given < WIDTH);
  Pair v[1][2][8];
  float both[2] = {};
  for (int half = 0; half < 4; half++) {
    int token = LINE + half / 2 * 8, column = begin + 16 * QUAD + half % 2 * 8;
    Pair* own = v[0][half / 2] + half % 2 * 4;
    bool there = token < tile.count && column < WIDTH;
    long long at = (long long)(tile.first + token) * WIDTH + column;
    float w[8] = {};
    if (column < WIDTH) widen(read(weight + column), w);
    give(c, half, own);
    if (there && update.rank > 0) write(x + at, own);
#pragma unroll
    for (int j = 0; j < 8; j++) {
      both[half / 2] += c[j][half] * c[j][half];
      c[j][half] *= w[j];
    }
    give(c, half, own);
    if (there) write(y + at, own);
  }
  for (int line = 0; line < 2; line++) {
    for (int far = 1; far < 4; far *= 2) both[line] += __shfl_xor_sync(0xffffffffu, both[line], far);
    if (QUAD == 0) sums[warp][0][LINE + 8 * line] = both[line];
  }
  __syncthreads();
  if (threadIdx.x < tile.count) {
    float sum = 0;
    for (int w = 0; w < WARPS; w++) sum += sums[w][0][threadIdx.x];
    squares[(tile.first + threadIdx.x) * gridDim.x + blockIdx.x] = sum;
  }
  __syncthreads();
  first.shrink(part_of(adapters, tile.first, blockIdx.x), adapters.parts * adapters.most, 0, tile.count, v, next.a + begin, WIDTH,
               WIDTH - begin, ranks, sums, WARPS);
}

// queries, keys and values [tokens, heads + 2 own, SIZE] with what adapters add; queries are turned where they lie, keys turned
// and values as they are go to the tokens' slots of the pages. An item is eight columns of a head and their partners; a warp
// has four, a block those of one layer.
#define TURNING 4

extern "C" __global__ void __launch_bounds__(32 * TURNING)
    turn(Adapters left, const long long* tiles, Normal normal, Number* qkv, const Number* cos, const Number* sin, Number* pages,
         const long long* slots, int heads, int own) {
  __shared__ float t[TILE][APART];
  Tile tile = tile_of(tiles, blockIdx.y);
  if (tile.count == 0) return;
  int of_queries = (heads * ITEMS + 4 * TURNING - 1) / (4 * TURNING), of_keys = (own * ITEMS + 4 * TURNING - 1) / (4 * TURNING);
  int layer = blockIdx.x < of_queries ? 0 : blockIdx.x < of_queries + of_keys ? 1 : 2;
  int before = layer == 0 ? 0 : of_queries + (layer - 1) * of_keys, items = (layer == 0 ? heads : own) * ITEMS;
  int head = layer == 0 ? 0 : heads + (layer - 1) * own, outs = (layer == 0 ? heads : own) * SIZE, all = (heads + 2 * own) * SIZE;
  if (tile.count == 1) { // four threads have an item then, and not two, so that one block does what two would
    int item = (blockIdx.x - before) * 4 * TURNING + threadIdx.x / 4;
    if ((blockIdx.x - before) % 2 == 0) {
      turn_token(left, blockIdx.y, tile.first, normal, qkv, cos, sin, pages, slots, heads, own, head * ITEMS + item, item < items);
    }
    return;
  }
  int item = 4 * ((blockIdx.x - before) * TURNING + threadIdx.x / 32), other = item + LINE / 2;
  Update update = update_of(left, blockIdx.y);
  int rank = first_rank(update, layer), ranks = ranks_of(update, layer);
  const Number* b =
      second_factor(update, layer, heads * SIZE, own * SIZE) + other / ITEMS * SIZE + other % ITEMS * 8 + LINE % 2 * (SIZE / 2);
  Eight rows[4];
  fetch_rows(rows, b, other < items ? ranks : 0, outs);
  wait_for_others();
  if (ranks > 0) {
    gather(left, tile, rank, ranks, t);
    __syncthreads();
  }
  item += QUAD;
  bool there = item < items;
  head += item / ITEMS;
  int column = item % ITEMS * 8;
  float c[8][4];
  for (int half = 0; half < 4; half++) {
    int token = LINE + half / 2 * 8;
    const Number* from = qkv + (long long)(tile.first + token) * all + head * SIZE + column + half % 2 * (SIZE / 2);
    take(c, half, there && token < tile.count ? read(from) : nothing());
  }
  expand(c, t[0], APART, tile.count, rows, b, ranks, outs, other < items);
  for (int line = 0; line < 2; line++) {
    int token = tile.first + LINE + 8 * line;
    if (there && LINE + 8 * line < tile.count) {
      float x[8], y[8], scale = scale_of(normal, token);
      for (int k = 0; k < 8; k++) {
        x[k] = c[k][2 * line];
        y[k] = c[k][2 * line + 1];
      }
      settle<8>(normal, scale, head * SIZE + column, x);
      settle<8>(normal, scale, head * SIZE + column + SIZE / 2, y);
      if (layer < 2) rotate<8>(x, y, cos + (long long)token * SIZE + column, sin + (long long)token * SIZE + column);
      Number* to = layer == 0 ? qkv + (long long)token * all + head * SIZE + column
                              : pages + (slots[token] * 2 * own + head - heads) * SIZE + column;
      write(to, x);
      write(to + SIZE / 2, y);
    }
  }
}

#define HEAD_STRIPS ((SIZE + STRIP - 1) / STRIP)

// Keys of one head in a page as `inner` takes them, and values as `outer` does; nothing from token `to` on.
__device__ void load_keys(Eight (*keys)[2][2], const Number* begin, int token, int to, long long stride) {
#pragma unroll
  for (int i = 0; i < 4 * HEAD_STRIPS; i++) {
    int at = LINE + i / 2 % 2 * 8, column = STRIP * (i / 4) + 16 * QUAD + i % 2 * 8;
    keys[i / 4][i / 2 % 2][i % 2] = token + at < to && column < SIZE ? read(begin + at * stride + column) : nothing();
  }
}

__device__ void load_values(Eight (*values)[4], const Number* begin, int token, int to, long long stride) {
#pragma unroll
  for (int i = 0; i < 4 * HEAD_STRIPS; i++) {
    int at = 2 * QUAD + i % 2 + i / 2 % 2 * 8, column = STRIP * (i / 4) + 8 * LINE;
    values[i / 4][i % 4] = token + at < to && column < SIZE ? read(begin + at * stride + column) : nothing();
  }
}

// Attention of tiles over at most `reach` tokens of their row's pages [pages, PAGE, 2 own, SIZE], keys before values (Dao et al.
// 2022, FlashAttention), a warp for each query head. With one split to the outputs o [tokens, heads, SIZE], otherwise the
// weighted values, the best score and the sum of weights to partial [tokens, heads, splits, SIZE + 4].
extern "C" __global__ void __launch_bounds__(32 * HEADS)
    attend(Adapters adapters, const long long* tiles, const Number* qkv, const Number* pages, const long long* tables,
           const long long* positions, Number* o, float* partial, int heads, int own, int width, int window, int splits,
           int reach, float scale) {
  __shared__ Sums sums[HEADS][1];
  int which = gridDim.y - 1 - blockIdx.y; // a row's last tile, which has most to do, comes first
  Tile tile = tile_of(tiles, which);
  if (tile.count == 0) return;
  wait_for_others();
  int split = blockIdx.x % splits, head = blockIdx.x / splits * HEADS + threadIdx.x / 32, key = head / (heads / own);
  int position[2];
  Pair q[HEAD_STRIPS][2][8];
  for (int line = 0; line < 2; line++) {
    int token = LINE + 8 * line;
    bool there = token < tile.count;
    position[line] = there ? (int)positions[tile.first + token] : -1;
    const Number* from = qkv + ((long long)(tile.first + token) * (heads + 2 * own) + head) * SIZE;
#pragma unroll
    for (int strip = 0; strip < HEAD_STRIPS; strip++) {
      for (int i = 0; i < 2; i++) {
        int column = STRIP * strip + 16 * QUAD + 8 * i;
        part(there && column < SIZE ? read(from + column) : nothing(), q[strip][line] + 4 * i);
      }
    }
  }
  int end = (int)positions[tile.first + tile.count - 1] + 1;
  int from = window > 0 ? max(0, (int)positions[tile.first] + 1 - window) : 0;
  from = max(from, split * reach) / PAGE * PAGE;
  int to = min(end, (split + 1) * reach);
  const long long* table = tables + (long long)which * width;
  scale *= 1.44269504f; // powers are of two
  float out[HEAD_STRIPS][8][4] = {}, top[2] = {NOTHING, NOTHING}, sum[2] = {};
  long long stride = (long long)2 * own * SIZE;
  const Number* begin = pages + key * SIZE;
  const Number* place = begin + (from < to ? table[from / PAGE] : 0) * PAGE * stride;
  Eight keys[HEAD_STRIPS][2][2], values[HEAD_STRIPS][4];
  load_keys(keys, place, from, to, stride);
  for (; from < to; from += PAGE) {
    float score[2][4] = {};
    load_values(values, place + own * SIZE, from, to, stride);
    place = begin + (from + PAGE < to ? table[from / PAGE + 1] : 0) * PAGE * stride;
#pragma unroll
    for (int i = 0; i < 2 * HEAD_STRIPS; i++) inner(score[i % 2], q[i / 2], keys[i / 2][i % 2][0], keys[i / 2][i % 2][1]);
    load_keys(keys, place, from + PAGE, to, stride);
    Pair weights[4];
#pragma unroll
    for (int line = 0; line < 2; line++) {
      float highest = top[line];
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int token = from + i / 2 * 8 + 2 * QUAD + i % 2;
        bool seen = token <= position[line] && (window == 0 || token + window > position[line]);
        float* own = score[i / 2] + 2 * line + i % 2;
        *own = seen ? *own * scale : 2 * NOTHING;
        highest = fmaxf(highest, *own);
      }
      for (int far = 1; far < 4; far *= 2) highest = fmaxf(highest, __shfl_xor_sync(0xffffffffu, highest, far));
      float fade = exp2f(top[line] - highest);
      top[line] = highest;
      sum[line] *= fade;
#pragma unroll
      for (int i = 0; i < 2; i++) {
        float weight = exp2f(score[i][2 * line] - highest), after = exp2f(score[i][2 * line + 1] - highest);
        sum[line] += weight + after;
        weights[2 * i + line] = pair(weight, after);
      }
#pragma unroll
      for (int i = 0; i < 8 * HEAD_STRIPS; i++) {
        out[i / 8][i % 8][2 * line] *= fade;
        out[i / 8][i % 8][2 * line + 1] *= fade;
      }
    }
#pragma unroll
    for (int strip = 0; strip < HEAD_STRIPS; strip++) outer(out[strip], weights, values[strip]);
  }
  for (int line = 0; line < 2; line++) {
    for (int far = 1; far < 4; far *= 2) sum[line] += __shfl_xor_sync(0xffffffffu, sum[line], far);
    long long place = (long long)(tile.first + LINE + 8 * line) * heads + head;
    bool there = LINE + 8 * line < tile.count;
    float* rest = partial + (place * splits + split) * (SIZE + 4);
    if (splits > 1 && there && QUAD == 0) {
      rest[SIZE] = top[line];
      rest[SIZE + 1] = sum[line];
    }
#pragma unroll
    for (int strip = 0; strip < HEAD_STRIPS; strip++) {
      for (int i = 0; i < 2; i++) {
        int half = 2 * line + i, column = STRIP * strip + 16 * QUAD + 8 * i;
        if (splits > 1) {
          for (int j = 0; there && column < SIZE && j < 8; j += 4) {
            *(float4*)(rest + column + j) = make_float4(out[strip][j][half], out[strip][j + 1][half], out[strip][j + 2][half],
                                                        out[strip][j + 3][half]);
          }
        } else {
          for (int j = 0; j < 8; j++) out[strip][j][half] /= there ? sum[line] : 1;
          give(out[strip], half, q[strip][line] + 4 * i);
          if (there && column < SIZE) write(o + place * SIZE + column, q[strip][line] + 4 * i);
        }
      }
    }
  }
  Update update = update_of(adapters, which);
  if (splits == 1 && update.rank > 0) {
    const Number* a = update.a + head * SIZE;
    FirstFactor<HEAD_STRIPS, 1> first;
    first.fetch(a, heads * SIZE, SIZE, update.rank);
    first.shrink(part_of(adapters, tile.first, blockIdx.x * (HEADS / GROUP)), adapters.parts * adapters.most, adapters.most,
                 tile.count, q, a, heads * SIZE, SIZE, update.rank, sums, GROUP);
  }
}

// one of several splits; a block for GROUP heads
extern "C" __global__ void __launch_bounds__(THREADS)
    combine(Adapters adapters, const long long* tiles, const float* partial, Number* o, int heads, int splits) {
  __shared__ Sums sums[WARPS][1];
  __shared__ __align__(16) Number result[TILE][GROUP * SIZE];
  Tile tile = tile_of(tiles, blockIdx.y);
  int head = blockIdx.x * GROUP;
  wait_for_others();
  for (int i = threadIdx.x; i < tile.count * GROUP * SIZE; i += THREADS) {
    int token = i / (GROUP * SIZE), at = i % (GROUP * SIZE);
    long long place = (long long)(tile.first + token) * heads + head + at / SIZE;
    result[token][at] = rounded(combined(partial + place * splits * (SIZE + 4), splits, at % SIZE));
    o[place * SIZE + at % SIZE] = result[token][at];
  }
  Update update = update_of(adapters, blockIdx.y);
  if (update.rank == 0) return;
  __syncthreads();
  Pair x[1][2][8];
  int begin = STRIP * (threadIdx.x / 32);
  for (int half = 0; half < 4; half++) {
    int token = LINE + half / 2 * 8, column = begin + 16 * QUAD + half % 2 * 8;
    bool there = token < tile.count && column < GROUP * SIZE;
    part(there ? read(result[token] + column) : nothing(), x[0][half / 2] + half % 2 * 4);
  }
  const Number* a = update.a + head * SIZE + begin;
  FirstFactor<1, 1> first;
  first.fetch(a, heads * SIZE, GROUP * SIZE - begin, update.rank);
  first.shrink(part_of(adapters, tile.first, blockIdx.x), adapters.parts * adapters.most, 0, tile.count, x, a, heads * SIZE,
               GROUP * SIZE - begin, update.rank, sums, WARPS);
}

// y = silu(gate) up of wide [tokens, 2 half], with what adapters add to both; a part a block
extern "C" __global__ void __launch_bounds__(THREADS, 2)
    gate(Adapters left, Adapters adapters, const long long* tiles, Normal normal, const Number* wide, Number* y, int half) {
  __shared__ Sums sums[WARPS][1];
  __shared__ float t[2][TILE][APART];
  Tile tile = tile_of(tiles, blockIdx.y);
  if (tile.count == 0) return;
  if (tile.count == 1) {
    gate_token<THREADS, 2>(left, adapters, blockIdx.y, tile.first, normal, wide, y, half);
    return;
  }
  int begin = blockIdx.x * COLUMNS + threadIdx.x / 32 * STRIP, given = begin + 8 * LINE;
  Update update = update_of(left, blockIdx.y), next = update_of(adapters, blockIdx.y);
  int ranks = ranks_of(update, 0), others = ranks_of(update, 1);
  Eight p[4], q[4];
  fetch_rows(p, update.b + given, given < half ? ranks : 0, half);
  const Number* second = second_factor(update, 1, half, half) + given;
  fetch_rows(q, second, given < half ? others : 0, half);
  wait_for_others();
  if (update.rank > 0) {
    gather(left, tile, 0, ranks, t[0]);
    gather(left, tile, first_rank(update, 1), others, t[1]);
    __syncthreads();
  }
  float g[8][4], u[8][4];
  for (int i = 0; i < 4; i++) {
    int token = LINE + i / 2 * 8, column = begin + 16 * QUAD + i % 2 * 8;
    bool there = token < tile.count && column < half;
    const Number* from = wide + (long long)(tile.first + token) * 2 * half + column;
    take(g, i, there ? read(from) : nothing());
    take(u, i, there ? read(from + half) : nothing());
  }
  expand(g, t[0][0], APART, tile.count, p, update.b + given, ranks, half, given < half);
  expand(u, t[1][0], APART, tile.count, q, second, others, half, given < half);
  FirstFactor<1, 1> first;
  first.fetch(next.a + begin, half, half - begin, next.rank);
  Pair x[1][2][8];
  for (int line = 0; line < 2; line++) {
    int token = LINE + 8 * line;
    bool there = token < tile.count;
    float scale = there ? scale_of(normal, tile.first + token) : 0;
    for (int i = 0; i < 2; i++) {
      int column = begin + 16 * QUAD + 8 * i, at = 2 * line + i;
      float own[8], others[8];
#pragma unroll
      for (int j = 0; j < 8; j++) {
        own[j] = g[j][at];
        others[j] = u[j][at];
      }
      if (column < half) {
        settle<8>(normal, scale, column, own);
        settle<8>(normal, scale, half + column, others);
      }
#pragma unroll
      for (int j = 0; j < 8; j++) g[j][at] = own[j] / (1 + expf(-own[j])) * others[j];
      give(g, at, x[0][line] + 4 * i);
      if (there && column < half) write(y + (long long)(tile.first + token) * half + column, x[0][line] + 4 * i);
    }
  }
  first.shrink(part_of(adapters, tile.first, blockIdx.x), adapters.parts * adapters.most, 0, tile.count, x, next.a + begin, half,
               half - begin, next.rank, sums, WARPS);
}
