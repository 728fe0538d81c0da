// Eight numbers at a time of a tensor's type, float32 or bfloat16, which are computed with as float32.

#ifdef BFLOAT16
typedef unsigned short Number;

struct Eight {
  uint4 bits;
};

__device__ float high(unsigned x) { return __uint_as_float(x & 0xffff0000u); }
__device__ float low(unsigned x) { return __uint_as_float(x << 16); }

// to the nearest, ties to even
__device__ unsigned short rounded(float x) {
  unsigned short y;
  asm("cvt.rn.bf16.f32 %0, %1;" : "=h"(y) : "f"(x));
  return y;
}

__device__ unsigned pair(float x, float y) {
  unsigned p;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(p) : "f"(y), "f"(x));
  return p;
}

__device__ Eight read(const Number* from) {
  Eight x;
  x.bits = *(const uint4*)from;
  return x;
}

__device__ void widen(Eight x, float* to) {
  to[0] = low(x.bits.x), to[1] = high(x.bits.x), to[2] = low(x.bits.y), to[3] = high(x.bits.y);
  to[4] = low(x.bits.z), to[5] = high(x.bits.z), to[6] = low(x.bits.w), to[7] = high(x.bits.w);
}

__device__ void write(Number* to, const float* x) {
  *(uint4*)to = make_uint4(pair(x[0], x[1]), pair(x[2], x[3]), pair(x[4], x[5]), pair(x[6], x[7]));
}

__device__ void read_two(const Number* from, float* to) {
  unsigned p = *(const unsigned*)from;
  to[0] = low(p), to[1] = high(p);
}

__device__ void write_two(Number* to, const float* x) { *(unsigned*)to = pair(x[0], x[1]); }
#else
typedef float Number;

struct Eight {
  float4 first, last;
};

__device__ float rounded(float x) { return x; }

__device__ Eight read(const Number* from) {
  Eight x;
  x.first = ((const float4*)from)[0];
  x.last = ((const float4*)from)[1];
  return x;
}

__device__ void widen(Eight x, float* to) {
  to[0] = x.first.x, to[1] = x.first.y, to[2] = x.first.z, to[3] = x.first.w;
  to[4] = x.last.x, to[5] = x.last.y, to[6] = x.last.z, to[7] = x.last.w;
}

__device__ void write(Number* to, const float* x) {
  ((float4*)to)[0] = make_float4(x[0], x[1], x[2], x[3]);
  ((float4*)to)[1] = make_float4(x[4], x[5], x[6], x[7]);
}

__device__ void read_two(const Number* from, float* to) {
  float2 p = *(const float2*)from;
  to[0] = p.x, to[1] = p.y;
}

__device__ void write_two(Number* to, const float* x) { *(float2*)to = make_float2(x[0], x[1]); }
#endif

// so many numbers, two or eight
template <int N>
__device__ void read(const Number* from, float* to) {
  if (N == 2) {
    read_two(from, to);
  } else {
    widen(read(from), to);
  }
}

__device__ float dot(Eight x, Eight y) {
  float p[8], q[8], sum = 0;
  widen(x, p);
  widen(y, q);
  for (int k = 0; k < 8; k++) sum += p[k] * q[k];
  return sum;
}

__device__ void add(float* y, float s, Eight x) {
  float p[8];
  widen(x, p);
  for (int k = 0; k < 8; k++) y[k] += s * p[k];
}

// Which of four neighbouring threads, that share eight numbers, a thread is.
#define QUAD (threadIdx.x % 4)

__device__ float total(float x) {
  for (int far = 16; far > 0; far /= 2) x += __shfl_xor_sync(0xffffffffu, x, far);
  return x;
}

// A kernel may begin while the one before it ends (CUDA's programmatic dependent launch): only what is older than that one, as
// adapters and weights are, may be read before wait_for_others, and nothing written. let_others_begin says so for the next.
__device__ void wait_for_others() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

__device__ void let_others_begin() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}
