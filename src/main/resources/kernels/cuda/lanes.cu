// Low-rank updates of a decode step, one token and one adapter a row (Chen et al. 2023, Punica): y[row] += x[row] A[row]^T B[row].
// libtorch has only batched products for this, which take several times as long as reading the adapters does.

#ifdef BFLOAT16
typedef uint2 Four;
typedef unsigned short Number;

__device__ float4 widened(Four x) {
  return make_float4(__uint_as_float(x.x << 16), __uint_as_float(x.x & 0xffff0000u), __uint_as_float(x.y << 16),
                     __uint_as_float(x.y & 0xffff0000u));
}

__device__ unsigned rounded(float x) {
  // to the nearest, ties to even
  unsigned bits = __float_as_uint(x);
  return (bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16;
}

__device__ Four narrowed(float4 x) {
  return make_uint2(rounded(x.x) | rounded(x.y) << 16, rounded(x.z) | rounded(x.w) << 16);
}
#else
typedef float4 Four;
typedef float Number;

__device__ float4 widened(Four x) { return x; }
__device__ Four narrowed(float4 x) { return x; }
#endif

// t[row, rank] = x[row] . a[row, rank]; a warp for each; `lane` numbers from one adapter to the next
extern "C" __global__ void shrink(const Number* x, const Number* a, float* t, long long lane, int in, int ranks) {
  int rank = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
  if (rank >= ranks) return;
  const Four* u = (const Four*)(a + blockIdx.y * lane + (long long)rank * in);
  const Four* v = (const Four*)(x + (long long)blockIdx.y * in);
  float sum = 0;
#pragma unroll 8
  for (int i = threadIdx.x % 32; i < in / 4; i += 32) {
    float4 p = widened(u[i]), q = widened(v[i]);
    sum += p.x * q.x + p.y * q.y + p.z * q.z + p.w * q.w;
  }
  for (int far = 16; far > 0; far /= 2) sum += __shfl_xor_sync(0xffffffffu, sum, far);
  if (threadIdx.x % 32 == 0) t[blockIdx.y * ranks + rank] = sum;
}

// y[row] += sum over own ranks of t[row, first + rank] b[row, rank]; four columns a thread; `stride` numbers a row of y
extern "C" __global__ void expand(const float* t, const Number* b, Number* y, long long lane, int ranks, int first, int own,
                                  int out, int stride) {
  int column = 4 * (blockIdx.x * blockDim.x + threadIdx.x);
  if (column >= out) return;
  const Number* from = b + blockIdx.y * lane + column;
  const float* scale = t + blockIdx.y * ranks + first;
  Four* to = (Four*)(y + (long long)blockIdx.y * stride + column);
  float4 sum = widened(*to);
#pragma unroll 16
  for (int rank = 0; rank < own; rank++) {
    float4 p = widened(*(const Four*)(from + (long long)rank * out));
    float s = scale[rank];
    sum.x += s * p.x;
    sum.y += s * p.y;
    sum.z += s * p.z;
    sum.w += s * p.w;
  }
  *to = narrowed(sum);
}
