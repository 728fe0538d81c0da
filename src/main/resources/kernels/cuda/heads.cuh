// What tokens by themselves and tiles of them have in common about heads.

#define PAGE 16
#define NOTHING (-1e30f)

// N columns of a head and their partners, turned by a token's angles (Su et al. 2021), which are given at these columns.
template <int N>
__device__ void rotate(float* x, float* y, const Number* cos, const Number* sin) {
  float p[N], q[N], r[N], s[N];
  read<N>(cos, p);
  read<N>(sin, q);
  read<N>(cos + SIZE / 2, r);
  read<N>(sin + SIZE / 2, s);
  for (int k = 0; k < N; k++) {
    float before = x[k];
    x[k] = before * p[k] + y[k] * q[k];
    y[k] = y[k] * r[k] + before * s[k];
  }
}

// A column of what splits of attention come to together: of each, the weighted values [SIZE], the best score and the sum of
// weights.
__device__ float combined(const float* splits, int count, int column) {
  float highest = NOTHING, sum = 0, value = 0;
  for (int s = 0; s < count; s++) highest = fmaxf(highest, splits[s * (SIZE + 4) + SIZE]);
  for (int s = 0; s < count; s++) {
    const float* one = splits + s * (SIZE + 4);
    float weight = exp2f(one[SIZE] - highest);
    sum += weight * one[SIZE + 1];
    value += weight * one[column];
  }
  return value / sum;
}
