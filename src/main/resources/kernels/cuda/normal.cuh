// RMSNorm (Zhang and Sennrich 2019) with its division put off: y = x weight / sqrt(mean x^2 + epsilon) has one divisor a token,
// so that products of y are those of x weight, divided afterwards. Who writes x weight works on columns by themselves and
// leaves their sum of squares; who reads a product divides it, and adds the bias.

struct Normal {
  const float* squares; // [tokens, parts]
  const Number* bias;   // [columns of the product], or none
  int parts;
  float epsilon;
};

__device__ float scale_of(Normal normal, int token) {
  float sum = 0;
  for (int part = 0; part < normal.parts; part++) sum += normal.squares[(long long)token * normal.parts + part];
  return rsqrtf(sum / WIDTH + normal.epsilon);
}

// x[8] = x scale + the bias of its columns
__device__ void settle(Normal normal, float scale, int column, float* x) {
  float bias[8] = {};
  if (normal.bias) widen(read(normal.bias + column), bias);
  for (int k = 0; k < 8; k++) x[k] = x[k] * scale + bias[k];
}

// y [tokens, WIDTH] itself, for a product whose reader is not one of ours
extern "C" __global__ void divide(Normal normal, Number* y) {
  wait_for_others();
  float scale = scale_of(normal, blockIdx.y);
  int column = 8 * (blockIdx.x * blockDim.x + threadIdx.x);
  if (column >= WIDTH) return;
  float x[8];
  Number* own = y + (long long)blockIdx.y * WIDTH + column;
  widen(read(own), x);
  for (int k = 0; k < 8; k++) x[k] *= scale;
  write(own, x);
}
