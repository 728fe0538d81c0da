// What the kernels know of the rows' adapters.

// The most ranks of one.
#define MOST 256

// What the adapter of a block's tokens adds to the layers of one input: A [ranks of all, in], and a B [rank, out] of each, one
// after the other. Of the layers those are there whose bit is set, with `rank` ranks each, in their order.
struct Update {
  const Number *a, *b;
  int rank, layers;
};

__device__ int first_rank(Update update, int layer) { return update.rank * __popc(update.layers & ((1 << layer) - 1)); }

__device__ int ranks_of(Update update, int layer) { return (update.layers >> layer & 1) * update.rank; }

// A layer's B; the first layer has so many outputs, and each of the others as many as the next argument says.
__device__ const Number* second_factor(Update update, int layer, int outs, int others) {
  long long before = layer > 0 ? (long long)ranks_of(update, 0) * outs : 0;
  if (layer > 1) before += (long long)ranks_of(update, 1) * others;
  return update.b + before;
}

// What comes of adapters stands in [tokens, parts, most], each part from some of the columns. Of all that blocks work on, one
// after the other, the updates of all groups of layers lie side by side, `groups` of them; `updates` is where those of a
// launch's own group are.
struct Adapters {
  const Update* updates;
  float* t;
  int groups, most, parts;
};

__device__ Update update_of(Adapters adapters, int at) {
  Update none = {0, 0, 0, 0};
  return adapters.updates ? adapters.updates[(long long)at * adapters.groups] : none;
}

__device__ float* part_of(Adapters adapters, int token, int part) {
  return adapters.t + ((long long)token * adapters.parts + part) * adapters.most;
}

// The sum of what is to be added to a token's rank, in its parts, so many of which are asked for at once: all from a part on, or
// each `step`th.
template <int AT_ONCE>
__device__ float sum_of(Adapters adapters, int token, int rank, int begin = 0, int step = 1) {
  const float* from = part_of(adapters, token, 0) + rank;
  float sum = 0;
  for (int part = begin; part < adapters.parts; part += step * AT_ONCE) {
    float some[AT_ONCE];
#pragma unroll
    for (int j = 0; j < AT_ONCE; j++) {
      int at = part + step * j;
      some[j] = at < adapters.parts ? from[(long long)at * adapters.most] : 0;
    }
#pragma unroll
    for (int j = 0; j < AT_ONCE; j++) sum += some[j];
  }
  return sum;
}
