// What stands between the matrix products, for one token by itself: blocks share its columns, and four neighbouring threads have
// eight of them, two each. `seat` is where the token's adapter stands in the table.

// x += what adapters left to be added to it, y = x weight, and the sum of the columns' squares. A warp asks early for EARLY ranks
// of the next first factors.
template <int THREADS, int EARLY>
__device__ void normalise_token(Adapters left, Adapters adapters, int seat, int token, Number* x, const Number* weight, Number* y,
                                float* squares) {
  const int COLUMNS = 2 * THREADS;
  __shared__ float sums[THREADS / 32], t[MOST];
  __shared__ __align__(16) Number result[COLUMNS];
  int begin = blockIdx.x * COLUMNS, column = begin + threadIdx.x / 4 * 8, own = column + 2 * QUAD, warp = threadIdx.x / 32;
  bool there = column < WIDTH;
  Update update = update_of(left, seat), next = update_of(adapters, seat);
  int mine = there ? update.rank : 0, ranks = first_rank(next, 3), columns = min(COLUMNS, WIDTH - begin);
  Eight b[4];
  fetch(b, update.b + column, mine, WIDTH);
  First<COLUMNS / 256, EARLY> first;
  first.fetch(next.a + begin, warp, THREADS / 32, ranks, columns, WIDTH);
  wait_for_others();
  Number* place = x + (long long)token * WIDTH + own;
  float v[2] = {}, w[2] = {};
  if (there) {
    read_two(place, v);
    read_two(weight + own, w);
  }
  if (update.rank > 0) {
    gather<4>(left, token, update.rank, t);
    __syncthreads();
    expand(v, t, b, update.b + column, mine, WIDTH);
  }
  float sum = total(v[0] * v[0] + v[1] * v[1]);
  if (there) {
    for (int k = 0; k < 2; k++) w[k] *= v[k];
    if (update.rank > 0) write_two(place, v);
    write_two(result + own - begin, w);
    write_two(y + (long long)token * WIDTH + own, w);
  }
  if (threadIdx.x % 32 == 0) sums[warp] = sum;
  __syncthreads();
  if (threadIdx.x == 0) {
    sum = 0;
    for (int w = 0; w < THREADS / 32; w++) sum += sums[w];
    squares[token * gridDim.x + blockIdx.x] = sum;
  }
  if (ranks > 0) {
    float* to = part_of(adapters, token, blockIdx.x);
    first.shrink(to, result, next.a + begin, warp, THREADS / 32, ranks, columns, WIDTH);
  }
}

// queries, keys and values of a token, [heads + 2 own, SIZE], with what adapters add; queries are turned where they lie, keys
// turned and values as they are go to the token's slot of the pages. An item is eight columns of a head and their partners, for
// four neighbouring threads, and counts from the first head on; `there` says whether there is one for a thread.
#define ITEMS (SIZE / 16)

__device__ void turn_token(Adapters left, int seat, int token, Normal normal, Number* qkv, const Number* cos, const Number* sin,
                           Number* pages, const long long* slots, int heads, int own, int item, bool there) {
  __shared__ float t[3 * MOST];
  int head = there ? item / ITEMS : 0, column = item % ITEMS * 8;
  int layer = head < heads ? 0 : head < heads + own ? 1 : 2, before = layer == 0 ? 0 : heads + (layer - 1) * own;
  int outs = (layer == 0 ? heads : own) * SIZE;
  int mine = column + 2 * QUAD;
  Number* from = qkv + ((long long)token * (heads + 2 * own) + head) * SIZE + mine;
  Update update = update_of(left, seat);
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
  float scale = common_scale(normal, token);
  if (update.rank > 0) {
    gather<2>(left, token, first_rank(update, 3), t);
    __syncthreads();
    expand(x, t + first, p, b, ranks, outs);
    expand(y, t + first, q, b + SIZE / 2, ranks, outs);
  }
  if (!there) return;
  settle<2>(normal, scale, head * SIZE + mine, x);
  settle<2>(normal, scale, head * SIZE + mine + SIZE / 2, y);
  if (layer < 2) rotate<2>(x, y, cos + (long long)token * SIZE + mine, sin + (long long)token * SIZE + mine);
  Number* to = layer == 0 ? from : pages + (slots[token] * 2 * own + head - heads) * SIZE + mine;
  write_two(to, x);
  write_two(to + SIZE / 2, y);
}

// y = silu(gate) up of wide [tokens, 2 half], with what adapters add to both; a part a block
template <int THREADS, int EARLY>
__device__ void gate_token(Adapters left, Adapters adapters, int seat, int token, Normal normal, const Number* wide, Number* y,
                           int half) {
  const int COLUMNS = 2 * THREADS;
  __shared__ float t[2 * MOST];
  __shared__ __align__(16) Number result[COLUMNS];
  int begin = blockIdx.x * COLUMNS, column = begin + threadIdx.x / 4 * 8, own = column + 2 * QUAD, warp = threadIdx.x / 32;
  int columns = min(COLUMNS, half - begin);
  bool there = column < half;
  const Number* from = wide + (long long)token * 2 * half + (there ? own : 0);
  Update update = update_of(left, seat), next = update_of(adapters, seat);
  int ranks = there ? ranks_of(update, 0) : 0, others = there ? ranks_of(update, 1) : 0;
  Eight p[2], q[2];
  fetch(p, update.b + column, ranks, half);
  const Number* second = second_factor(update, 1, half, half) + column;
  fetch(q, second, others, half);
  First<COLUMNS / 256, EARLY> first;
  first.fetch(next.a + begin, warp, THREADS / 32, next.rank, columns, half);
  wait_for_others();
  float g[2], u[2];
  read_two(from, g);
  read_two(from + half, u);
  float scale = common_scale(normal, token);
  if (update.rank > 0) {
    gather<2>(left, token, first_rank(update, 2), t);
    __syncthreads();
    expand(g, t, p, update.b + column, ranks, half);
    expand(u, t + first_rank(update, 1), q, second, others, half);
  }
  if (there) {
    settle<2>(normal, scale, own, g);
    settle<2>(normal, scale, half + own, u);
    for (int k = 0; k < 2; k++) g[k] = g[k] / (1 + expf(-g[k])) * u[k];
    write_two(result + own - begin, g);
    write_two(y + (long long)token * half + own, g);
  }
  if (next.rank > 0) {
    __syncthreads();
    float* to = part_of(adapters, token, blockIdx.x);
    first.shrink(to, result, next.a + begin, warp, THREADS / 32, next.rank, columns, half);
  }
}
