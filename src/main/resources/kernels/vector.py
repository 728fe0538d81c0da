# Vectors of one float32 value a channel, whatever type the activations have. A bias without elements is none.

def scale_channels(x: Tensor, factors: Tensor) -> Tensor:
  # x [tokens, width], factors of width elements
  return torch.to(torch.mul(x, torch.reshape(factors, [-1])), x.dtype)

def scale_and_shift(y: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
  if torch.numel(shift) > 0:
    z = torch.addcmul(shift, torch.to(y, 6), scale)
  else:
    z = torch.mul(y, scale)
  return torch.to(z, y.dtype)

def bias_shift(bias: Tensor, base: Tensor, type: int) -> Tensor:
  if torch.numel(base) > 0:
    shift = torch.sub(bias, base)
  else:
    shift = bias
  return torch.to(shift, type)

def move_bias(y: Tensor, bias: Tensor, base: Tensor) -> Tensor:
  # y already has the base's bias; the difference is added to it in place
  return torch.add_(y, __torch__.bias_shift(bias, base, y.dtype))

def fold_scale(base: Tensor, factors: Tensor) -> Tensor:
  # a weight [out, in] times [out, 1] or [1, in], or a bias or norm [width] times [width]
  return torch.to(torch.mul(torch.to(base, 6), torch.detach(factors)), base.dtype)

def fold_shift(base: Tensor, scale: Tensor, shift: Tensor, type: int) -> Tensor:
  # the new bias: scale times the old one, where there is one, plus the shift, where there is one
  sum = torch.zeros_like(scale)
  if torch.numel(base) > 0:
    sum = torch.mul(torch.to(base, 6), torch.detach(scale))
  if torch.numel(shift) > 0:
    sum = torch.add(sum, torch.detach(shift))
  return torch.to(sum, type)
