// Low-rank updates of one row in the midst of other kernels.

// Sums over ranks: of eight columns, each of four neighbouring threads adds up a quarter of the ranks, and has two columns
// at last. The matrices of a thread's first ranks, EARLY of them, are read at a kernel's beginning and wait in registers for what
// they are multiplied with.
// Of 2 N sums a thread keeps N, the first or the last, and adds those of the thread so far away, which keeps the others.
template <int N>
__device__ void share(float* sum, int far) {
  bool last = threadIdx.x & far;
#pragma unroll
  for (int k = 0; k < N; k++) {
    float given = last ? sum[k] : sum[N + k], kept = last ? sum[N + k] : sum[k];
    sum[k] = kept + __shfl_xor_sync(0xffffffffu, given, far);
  }
}

// One of N sums over a warp, the first for the first 32 / N threads and so on.
template <int N>
__device__ float totals(float* sum, int far = 16) {
  if constexpr (N > 1) {
    share<N / 2>(sum, far);
    return totals<N / 2>(sum, far / 2);
  } else {
    for (; far > 0; far /= 2) sum[0] += __shfl_xor_sync(0xffffffffu, sum[0], far);
    return sum[0];
  }
}

// What is to be added to a row's ranks; SHARE neighbouring threads of a block share the parts of each.
template <int SHARE>
__device__ void gather(Adapters adapters, int row, int ranks, float* t) {
  for (int i = threadIdx.x; i - threadIdx.x % 32 < ranks * SHARE; i += blockDim.x) {
    int rank = i / SHARE;
    float sum = rank < ranks ? sum_of<8>(adapters, row, rank, i % SHARE, SHARE) : 0;
    for (int far = 1; far < SHARE; far *= 2) sum += __shfl_xor_sync(0xffffffffu, sum, far);
    if (rank < ranks && i % SHARE == 0) t[rank] = sum;
  }
}

template <int EARLY>
__device__ void fetch(Eight (&p)[EARLY], const Number* b, int ranks, int outs) {
  for (int j = 0; j < EARLY; j++) {
    int rank = QUAD + 4 * j;
    if (rank < ranks) p[j] = read(b + (long long)rank * outs);
  }
}

// y[2 columns] += sum over ranks of t[rank] b[rank, columns], of which p was fetched; all threads of a warp must come here
template <int EARLY>
__device__ void expand(float* y, const float* t, Eight (&p)[EARLY], const Number* b, int ranks, int outs) {
  float sum[8] = {};
  for (int done = 0; done < ranks; done += 4 * EARLY) {
    if (done > 0) fetch(p, b + (long long)done * outs, ranks - done, outs);
    for (int j = 0; j < EARLY; j++) {
      int rank = done + QUAD + 4 * j;
      if (rank < ranks) add(sum, t[rank], p[j]);
    }
  }
  share<4>(sum, 2);
  share<2>(sum, 1);
  for (int k = 0; k < 2; k++) y[k] += sum[k];
}

// t[rank] = x[columns] . a[rank, columns], a warp for each rank and `warps` of them; `in` numbers from one rank to the next.
// In registers wait CHUNKS pieces of 256 columns, which are all there are, of each of AT_ONCE ranks.
template <int CHUNKS, int AT_ONCE>
struct First {
  static const int SUMS = AT_ONCE < 4 ? AT_ONCE : 4; // whose totals are taken together
  static_assert(AT_ONCE % SUMS == 0, "");
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
      if (done > 0) fetch(a + (long long)done * in, warp, warps, ranks - done, columns, in);
#pragma unroll
      for (int some = 0; some < AT_ONCE; some += SUMS) {
        float sum[SUMS] = {};
        for (int j = 0; j < SUMS; j++) {
          for (int chunk = 0; chunk < CHUNKS; chunk++) {
            int column = 8 * (threadIdx.x % 32) + 256 * chunk;
            if (done + warp + warps * (some + j) < ranks && column < columns) {
              sum[j] += dot(p[(some + j) * CHUNKS + chunk], read(x + column));
            }
          }
        }
        float all = totals<SUMS>(sum);
        int each = 32 / SUMS, rank = done + warp + warps * (some + threadIdx.x % 32 / each);
        if (rank < ranks && threadIdx.x % each == 0) t[rank] = all;
      }
    }
  }
};
