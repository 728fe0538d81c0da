// RMSNorm (Zhang and Sennrich 2019) with its division put off: y = x weight / sqrt(mean x^2 + epsilon) has one divisor a token,
// so that products of y are those of x weight, divided afterwards. Who writes x weight works on columns by themselves and
// leaves their sum of squares; who reads a product divides it, and adds the bias.

struct Normal {
  const float* squares; // [tokens, parts]
  const Number* bias;   // [columns of the product], or none
  int parts;
  float epsilon;
};

__device__ float scale_of(Normal normal, float squares) { return rsqrtf(squares / WIDTH + normal.epsilon); }

__device__ float scale_of(Normal normal, int token) {
  float sum = 0;
  for (int part = 0; part < normal.parts; part++) sum += normal.squares[(long long)token * normal.parts + part];
  return scale_of(normal, sum);
}

// the same where all threads of a warp ask for one token
__device__ float common_scale(Normal normal, int token) {
  float sum = 0;
  for (int part = threadIdx.x % 32; part < normal.parts; part += 32) {
    sum += normal.squares[(long long)token * normal.parts + part];
  }
  return scale_of(normal, total(sum));
}

// x[N] = x scale + the bias of its columns
template <int N>
__device__ void settle(Normal normal, float scale, int column, float* x) {
  float bias[N] = {};
  if (normal.bias) read<N>(normal.bias + column, bias);
  for (int k = 0; k < N; k++) x[k] = x[k] * scale + bias[k];
}

// y [tokens, WIDTH] itself, for a product whose reader is not one of ours
extern "C" __global__ void divide(Normal normal, Number* y) {
  wait_for_others();
  float scale = common_scale(normal, blockIdx.y);
  int column = 8 * (blockIdx.x * blockDim.x + threadIdx.x);
  if (column >= WIDTH) return;
  float x[8];
  Number* own = y + (long long)blockIdx.y * WIDTH + column;
  widen(read(own), x);
  for (int k = 0; k < 8; k++) x[k] *= scale;
  write(own, x);
}
