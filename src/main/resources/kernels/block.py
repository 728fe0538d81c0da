# The pieces of a decoder block. Activations are [tokens, width]; cosines and signed sines are [tokens, 1, size].

def linear(x: Tensor, weight: Tensor) -> Tensor:
  return torch.matmul(x, torch.t(weight))

def linear_bias(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  return torch.addmm(bias, x, torch.t(weight))

def rms_norm(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
  return torch.rms_norm(x, [x.shape[-1]], weight, epsilon)

def embed(ids: Tensor, weight: Tensor) -> Tensor:
  return torch.embedding(weight, ids)

def gated_silu(gate: Tensor, up: Tensor) -> Tensor:
  return torch.mul(torch.silu(gate), up)

def rotary_tables(positions: Tensor, frequencies: Tensor, magnitude: float, type: int) -> List[Tensor]:
  # angles [tokens, 1, size / 2]; the sine's first half is negative: y = x cos + swap(x) sin
  angles = torch.unsqueeze(torch.mul(torch.unsqueeze(torch.to(positions, 6), 1), torch.unsqueeze(frequencies, 0)), 1)
  cos = torch.mul(torch.cos(angles), magnitude)
  sin = torch.mul(torch.sin(angles), magnitude)
  return [torch.to(torch.cat([cos, cos], -1), type), torch.to(torch.cat([torch.neg(sin), sin], -1), type)]

def rotate_halves(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  half = x.shape[-1] // 2
  swapped = torch.cat([x[..., half:], x[..., :half]], -1)
  return torch.addcmul(torch.mul(x, cos), swapped, sin)

def split_heads(x: Tensor, size: int) -> Tensor:
  return torch.view(x, [x.shape[0], -1, size])

def split_and_rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  return __torch__.rotate_halves(torch.view(x, [x.shape[0], -1, cos.shape[-1]]), cos, sin)
