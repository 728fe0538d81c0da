// Low-rank updates of one row in the midst of other kernels.

// Sums over ranks, four neighbouring threads sharing columns and ranks. The matrices of the first ranks are read at a kernel's
// beginning and wait in registers for what they are multiplied with.
#define EARLY 4

__device__ void fetch(Eight* p, const Number* b, int ranks, int outs) {
  for (int j = 0; j < EARLY; j++) {
    int rank = threadIdx.x % 4 + 4 * j;
    if (rank < ranks) p[j] = read(b + (long long)rank * outs);
  }
}

// y[8 columns] += sum over ranks of t[rank] b[rank, columns], of which p was fetched; all threads of a warp must come here
__device__ void expand(float* y, const float* t, Eight* p, const Number* b, int ranks, int outs) {
  float sum[8] = {0, 0, 0, 0, 0, 0, 0, 0};
  for (int done = 0; done < ranks; done += 4 * EARLY) {
    if (done > 0) fetch(p, b + (long long)done * outs, ranks - done, outs);
    for (int j = 0; j < EARLY; j++) {
      int rank = done + threadIdx.x % 4 + 4 * j;
      if (rank < ranks) add(sum, t[rank], p[j]);
    }
  }
  for (int k = 0; k < 8; k++) {
    sum[k] += __shfl_xor_sync(0xffffffffu, sum[k], 1);
    sum[k] += __shfl_xor_sync(0xffffffffu, sum[k], 2);
    y[k] += sum[k];
  }
}

// t[rank] = x[columns] . a[rank, columns], a warp for each rank and `warps` of them; `in` numbers from one rank to the next.
// In registers wait CHUNKS pieces of 256 columns of each of AT_ONCE ranks.
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

  __device__ void shrink(float* t, const Number* x, const Number* a, int warp, int warps, int ranks, int columns, int in) {
    for (int done = 0; warp + done < ranks; done += warps * AT_ONCE) {
      float sum[AT_ONCE] = {};
      for (int before = 0; before < columns; before += 256 * CHUNKS) {
        if (done + before > 0) {
          fetch(a + (long long)done * in + before, warp, warps, ranks - done, columns - before, in);
        }
        for (int j = 0; j < AT_ONCE; j++) {
          for (int chunk = 0; chunk < CHUNKS; chunk++) {
            int column = 8 * (threadIdx.x % 32) + 256 * chunk;
            if (done + warp + warps * j < ranks && before + column < columns) {
              sum[j] += dot(p[j * CHUNKS + chunk], read(x + before + column));
            }
          }
        }
      }
      for (int j = 0; j < AT_ONCE; j++) {
        int rank = done + warp + warps * j;
        float all = total(sum[j]);
        if (rank < ranks && threadIdx.x % 32 == 0) t[rank] = all;
      }
    }
  }
};
