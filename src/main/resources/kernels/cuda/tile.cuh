// Sixteen tokens at a time, on the units that cards have for products of small matrices. Of a warp's threads, four neighbours
// (QUAD) have two tokens, LINE and LINE + 8. A strip is sixteen columns side by side for each of the four.

#define TILE 16
#define STRIP 64
#define LINE (threadIdx.x % 32 / 4)

// Two numbers side by side, the first of them in the lower half. multiply is c[16, 8] += a[16, 16] b[16, 8]: of a, a thread has
// columns 2 QUAD and the next of tokens LINE and LINE + 8, then the same eight columns on; of b the same rows of column LINE; and
// of c columns 2 QUAD and the next of token LINE, then of LINE + 8 (PTX, mma.m16n8k16).
#ifdef BFLOAT16
typedef unsigned Pair;

__device__ float first(Pair x) { return low(x); }
__device__ float second(Pair x) { return high(x); }

__device__ void part(Eight x, Pair* p) { p[0] = x.bits.x, p[1] = x.bits.y, p[2] = x.bits.z, p[3] = x.bits.w; }

__device__ void write(Number* to, const Pair* p) { *(uint4*)to = make_uint4(p[0], p[1], p[2], p[3]); }

__device__ Eight nothing() {
  Eight x;
  x.bits = make_uint4(0, 0, 0, 0);
  return x;
}

// the first numbers of both, or the second ones
__device__ Pair across(Pair x, Pair y, int which) { return __byte_perm(x, y, which ? 0x7632 : 0x5410); }

__device__ void multiply(float* c, const Pair* a, const Pair* b) {
  asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
}
#else
struct Pair {
  float x, y;
};

__device__ float first(Pair x) { return x.x; }
__device__ float second(Pair x) { return x.y; }

__device__ Pair pair(float x, float y) {
  Pair p = {x, y};
  return p;
}

__device__ void part(Eight x, Pair* p) {
  float v[8];
  widen(x, v);
  for (int k = 0; k < 4; k++) p[k] = pair(v[2 * k], v[2 * k + 1]);
}

__device__ void write(Number* to, const Pair* p) {
  for (int k = 0; k < 2; k++) ((float4*)to)[k] = make_float4(p[2 * k].x, p[2 * k].y, p[2 * k + 1].x, p[2 * k + 1].y);
}

__device__ Eight nothing() {
  Eight x;
  x.first = make_float4(0, 0, 0, 0);
  x.last = make_float4(0, 0, 0, 0);
  return x;
}

__device__ Pair across(Pair x, Pair y, int which) { return which ? pair(x.y, y.y) : pair(x.x, y.x); }

__device__ Pair from_lane(Pair x, int lane) {
  return pair(__shfl_sync(0xffffffffu, x.x, lane), __shfl_sync(0xffffffffu, x.y, lane));
}

// the same in full precision, which the units do not have
__device__ void multiply(float* c, const Pair* a, const Pair* b) {
#pragma unroll
  for (int k = 0; k < 8; k++) {
    Pair upper = from_lane(a[k / 4 * 2], 4 * LINE + k % 4), lower = from_lane(a[k / 4 * 2 + 1], 4 * LINE + k % 4);
    for (int j = 0; j < 2; j++) {
      Pair own = from_lane(b[k / 4], 4 * (2 * QUAD + j) + k % 4);
      c[j] += upper.x * own.x + upper.y * own.y;
      c[2 + j] += lower.x * own.x + lower.y * own.y;
    }
  }
}
#endif

// Tokens that lie one after the other and are of one row, so that they have one adapter and attend to the same pages.
struct Tile {
  int first, count;
};

__device__ Tile tile_of(const long long* tiles, int at) {
  Tile tile = {(int)tiles[at], (int)(tiles[at] >> 32)};
  return tile;
}

// c[tokens, 8] += x[tokens, a strip] . y[8, a strip], of which row LINE is given
__device__ void inner(float* c, const Pair (*x)[8], Eight y, Eight after) {
  Pair b[8];
  part(y, b);
  part(after, b + 4);
#pragma unroll
  for (int k = 0; k < 8; k += 2) {
    Pair a[4] = {x[0][k], x[1][k], x[0][k + 1], x[1][k + 1]};
    multiply(c, a, b + k);
  }
}

// c[tokens, 64 columns] += a[tokens, 16] b[16, 64 columns]: a thread gives eight columns of rows 2 QUAD, the next, and those
// eight on. In c it finds, of tokens LINE and LINE + 8, the columns that threads of lines 2 QUAD and 2 QUAD + 1 gave.
__device__ void outer(float (*c)[4], const Pair* a, const Eight* rows) {
  Pair p[4][4];
  for (int i = 0; i < 4; i++) part(rows[i], p[i]);
#pragma unroll
  for (int j = 0; j < 8; j++) {
    Pair b[2] = {across(p[0][j / 2], p[1][j / 2], j % 2), across(p[2][j / 2], p[3][j / 2], j % 2)};
    multiply(c[j], a, b);
  }
}

// Of c, eight columns of token LINE or LINE + 8, the first eight or the others: `half` counts all four.
__device__ void take(float (*c)[4], int half, Eight x) {
  float v[8];
  widen(x, v);
#pragma unroll
  for (int j = 0; j < 8; j++) c[j][half] = v[j];
}

__device__ void give(const float (*c)[4], int half, Pair* p) {
#pragma unroll
  for (int j = 0; j < 4; j++) p[j] = pair(c[2 * j][half], c[2 * j + 1][half]);
}

// the rows of b [ranks, outs] that `outer` asks a thread for, at its columns
__device__ void fetch_rows(Eight* rows, const Number* b, int ranks, int outs) {
  for (int i = 0; i < 4; i++) {
    int rank = 2 * QUAD + i % 2 + i / 2 * 8;
    rows[i] = rank < ranks ? read(b + (long long)rank * outs) : nothing();
  }
}

// c += t[tokens, ranks] b[ranks, columns], of which the first rows were fetched, tokens `apart` from one another; `there` says
// whether a thread's columns are
__device__ void expand(float (*c)[4], const float* t, int apart, int tokens, Eight* rows, const Number* b, int ranks, int outs,
                       bool there) {
  for (int done = 0; done < ranks; done += TILE) {
    if (done > 0) fetch_rows(rows, b + (long long)done * outs, there ? ranks - done : 0, outs);
    Pair a[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
      int token = LINE + i % 2 * 8, rank = done + 2 * QUAD + i / 2 * 8;
      const float* at = t + (long long)token * apart + rank;
      a[i] = pair(token < tokens && rank < ranks ? at[0] : 0, token < tokens && rank + 1 < ranks ? at[1] : 0);
    }
    outer(c, a, rows);
  }
}

// The sums of what is to be added, [tokens, ranks] from a rank on, for all of a block's threads.
#define APART (MOST + 4)

__device__ void gather(Adapters adapters, Tile tile, int first, int ranks, float (*t)[APART]) {
  for (int i = threadIdx.x; i < tile.count * ranks; i += blockDim.x) {
    t[i / ranks][i % ranks] = sum_of<12>(adapters, tile.first + i / ranks, first + i % ranks);
  }
}

// Where sums of a block's warps come together, each of [tokens, 16 ranks].
typedef float Sums[TILE * TILE];

// t[token, rank] = x[token, columns] . a[rank, columns], TURNS times sixteen ranks at once. A warp has strips of columns side by
// side, and a points to the first of them, from which on there are so many columns. `warps` neighbours have the columns of one t;
// those of the next lie `beside`. What is read first can be asked for early.
template <int STRIPS, int TURNS>
struct FirstFactor {
  Eight p[STRIPS][TURNS][2][2];

  __device__ void fetch(const Number* a, int in, int columns, int ranks) {
#pragma unroll
    for (int i = 0; i < STRIPS * TURNS * 4; i++) {
      int strip = i / (4 * TURNS), turn = i / 4 % TURNS, half = i / 2 % 2;
      int rank = TILE * turn + 8 * half + LINE, column = STRIP * strip + 16 * QUAD + i % 2 * 8;
      p[strip][turn][half][i % 2] = rank < ranks && column < columns ? read(a + (long long)rank * in + column) : nothing();
    }
  }

  __device__ void shrink(float* t, int apart, int beside, int tokens, const Pair (*x)[2][8], const Number* a, int in, int columns,
                         int ranks, Sums (*sums)[TURNS], int warps) {
    for (int done = 0; done < ranks; done += TURNS * TILE) {
      if (done > 0) fetch(a + (long long)done * in, in, columns, ranks - done);
#pragma unroll
      for (int turn = 0; turn < TURNS; turn++) {
        float c[2][4] = {};
#pragma unroll
        for (int i = 0; i < STRIPS * 2; i++) inner(c[i % 2], x[i / 2], p[i / 2][turn][i % 2][0], p[i / 2][turn][i % 2][1]);
        float* own = sums[threadIdx.x / 32][turn];
        for (int i = 0; i < 8; i++) own[(LINE + i % 4 / 2 * 8) * TILE + i / 4 * 8 + 2 * QUAD + i % 2] = c[i / 4][i % 4];
      }
      __syncthreads();
      for (int i = threadIdx.x; i < blockDim.x / 32 / warps * TURNS * TILE * TILE; i += blockDim.x) {
        int at = i % (TILE * TILE), turn = i / (TILE * TILE) % TURNS, group = i / (TILE * TILE) / TURNS;
        int token = at / TILE, rank = done + TILE * turn + at % TILE;
        float sum = 0;
        for (int w = 0; w < warps; w++) sum += sums[group * warps + w][turn][at];
        if (token < tokens && rank < ranks) t[(long long)token * apart + group * beside + rank] = sum;
      }
      __syncthreads();
    }
  }
};
