# One float32 factor a channel, whatever type the activations have.

def scale_channels(x: Tensor, factors: Tensor) -> Tensor:
  # x [tokens, width], factors of width elements
  return torch.to(torch.mul(x, torch.reshape(factors, [-1])), x.dtype)

def fold_scale(base: Tensor, factors: Tensor) -> Tensor:
  # a weight [out, in] times [out, 1] or [1, in], or a bias [out] times [out]
  return torch.to(torch.mul(torch.to(base, 6), torch.detach(factors)), base.dtype)
