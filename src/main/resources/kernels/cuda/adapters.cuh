// Low-rank updates in the midst of other kernels. A block works on ROWS rows, one or four, which share what they read of an
// adapter where it is the same for all; of four neighbouring threads each then goes on with a row of its own.

#define QUAD (threadIdx.x % 4)

// What the adapter of a row adds to the layers of one input: A [ranks of all, in], then B [ranks of all, outs of all], or a
// B [rank, out] for each of two. Of the layers those are there whose bit is set, with `rank` ranks each, in their order.
struct Update {
  const Number *a, *b, *second;
  int rank, layers;
};

__device__ int first_rank(Update update, int layer) { return update.rank * __popc(update.layers & ((1 << layer) - 1)); }

__device__ int ranks_of(Update update, int layer) { return (update.layers >> layer & 1) * update.rank; }

// What comes of adapters stands in [rows, parts, most], each part from some of the columns. Of every row, the updates of all
// groups of layers lie side by side, `groups` of them; `updates` is where those of a launch's own group are.
struct Adapters {
  const Update* updates;
  float* t;
  int groups, most, parts, rows;
};

__device__ Update update_of(Adapters adapters, int row) {
  Update none = {0, 0, 0, 0, 0};
  return adapters.updates && row < adapters.rows ? adapters.updates[(long long)row * adapters.groups] : none;
}

__device__ float* part_of(Adapters adapters, int row, int part) {
  return adapters.t + ((long long)row * adapters.parts + part) * adapters.most;
}

// whether the rows of a block have one adapter, or none of them any
__device__ bool are_alike(Adapters adapters, int row) {
  bool alike = true;
  for (int r = 1; r < ROWS; r++) {
    if (adapters.updates && row + r < adapters.rows) {
      alike &= adapters.updates[(long long)(row + r) * adapters.groups].b == adapters.updates[(long long)row * adapters.groups].b;
    }
  }
  return alike;
}

// the row among a block's that a thread goes on with, and whether it is the thread for it
__device__ int own_row() { return ROWS == 1 ? 0 : QUAD; }

__device__ bool is_writer(int row, int rows) { return ROWS == 1 ? QUAD == 0 : row < rows; }

// Sums over ranks, four neighbouring threads sharing columns and ranks. The matrices of the first ranks are read at a kernel's
// beginning and wait in registers for what they are multiplied with.
#define EARLY 4

__device__ void fetch(Eight* p, const Number* b, int ranks, int outs) {
  for (int j = 0; j < EARLY; j++) {
    int rank = QUAD + 4 * j;
    if (rank < ranks) p[j] = read(b + (long long)rank * outs);
  }
}

// of sums [ROWS, 8 columns] that each of four threads has a share of, the row that a thread goes on with
__device__ void gather(float* y, const float (*sum)[8]) {
  for (int k = 0; k < 8; k++) {
#if ROWS == 1
    float all = sum[0][k] + __shfl_xor_sync(0xffffffffu, sum[0][k], 1);
    y[k] += all + __shfl_xor_sync(0xffffffffu, all, 2);
#else
    bool upper = QUAD / 2, odd = QUAD % 2;
    float even_kept = upper ? sum[2][k] : sum[0][k], odd_kept = upper ? sum[3][k] : sum[1][k];
    even_kept += __shfl_xor_sync(0xffffffffu, upper ? sum[0][k] : sum[2][k], 2);
    odd_kept += __shfl_xor_sync(0xffffffffu, upper ? sum[1][k] : sum[3][k], 2);
    y[k] += (odd ? odd_kept : even_kept) + __shfl_xor_sync(0xffffffffu, odd ? even_kept : odd_kept, 1);
#endif
  }
}

// y[8 columns] += sum over ranks of t[row, rank] b[rank, columns], of which p was fetched, rows `apart` from one another; all
// threads of a warp must come here
__device__ void expand(float* y, const float* t, int apart, Eight* p, const Number* b, int ranks, int outs) {
  float sum[ROWS][8] = {};
  for (int done = 0; done < ranks; done += 4 * EARLY) {
    if (done > 0) fetch(p, b + (long long)done * outs, ranks - done, outs);
    for (int j = 0; j < EARLY; j++) {
      int rank = done + QUAD + 4 * j;
      if (rank < ranks) {
        for (int r = 0; r < ROWS; r++) add(sum[r], t[r * apart + rank], p[j]);
      }
    }
  }
  gather(y, sum);
}

// the same for a row alone, by one thread
__device__ void expand_own(float* y, const float* t, const Number* b, int ranks, int outs) {
#pragma unroll 4
  for (int rank = 0; rank < ranks; rank++) add(y, t[rank], read(b + (long long)rank * outs));
}

// t[row, rank] = x[row, columns] . a[rank, columns], a warp for each rank and `warps` of them; `in` numbers from one rank to
// the next, rows of x and t so far apart. In registers wait CHUNKS pieces of 256 columns of each of AT_ONCE ranks.
template <int CHUNKS, int AT_ONCE>
struct First {
  Eight p[AT_ONCE * CHUNKS];

  __device__ void fetch(const Number* a, int warp, int warps, int ranks, int columns, int in) {
    for (int j = 0; j < AT_ONCE; j++) {
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        int rank = warp + warps * j, column = 8 * (threadIdx.x % 32) + 256 * chunk;
        if (rank < ranks && column < columns) p[j * CHUNKS + chunk] = read(a + (long long)rank * in + column);
      }
    }
  }

  template <int COUNT>
  __device__ void shrink(float* t, int apart, const Number* x, int wide, const Number* a, int warp, int warps, int ranks,
                         int columns, int in) {
    for (int done = 0; warp + done < ranks; done += warps * AT_ONCE) {
      float sum[AT_ONCE][COUNT] = {};
      for (int before = 0; before < columns; before += 256 * CHUNKS) {
        if (done + before > 0) {
          fetch(a + (long long)done * in + before, warp, warps, ranks - done, columns - before, in);
        }
        for (int j = 0; j < AT_ONCE; j++) {
          for (int chunk = 0; chunk < CHUNKS; chunk++) {
            int column = 8 * (threadIdx.x % 32) + 256 * chunk;
            if (done + warp + warps * j < ranks && before + column < columns) {
              for (int r = 0; r < COUNT; r++) {
                sum[j][r] += dot(p[j * CHUNKS + chunk], read(x + r * wide + before + column));
              }
            }
          }
        }
      }
      for (int j = 0; j < AT_ONCE; j++) {
        int rank = done + warp + warps * j;
        for (int r = 0; r < COUNT; r++) {
          float all = total(sum[j][r]);
          if (rank < ranks && threadIdx.x % 32 == 0) t[(long long)r * apart + rank] = all;
        }
      }
    }
  }
};
