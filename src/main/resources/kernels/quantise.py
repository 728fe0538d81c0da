# Frozen matrices [out, in] in fewer bits. The parts of one are [codes, scales, zero points, second scales, mean]; absent
# ones have no elements. codes are [out, groups, group] as int8 or, with zero points, uint8; of nf4 they are pairs in a
# byte, the first in its upper half, [out, groups, group / 2]. scales are [out, groups, 1], or [1, 1, 1] for a whole matrix.

def in_groups(weight: Tensor, group: int) -> Tensor:
  w = torch.to(weight, 6)
  count = (w.shape[1] + group - 1) // group
  padded = torch.constant_pad_nd(w, [0, count * group - w.shape[1]], 0)
  return torch.view(torch.contiguous(padded), [w.shape[0], count, group])

def largest(x: Tensor, whole: bool) -> Tensor:
  if whole:
    y = torch.view(torch.max(x), [1, 1, 1])
  else:
    y = torch.amax(x, [-1], True)
  return y

def one_for_zero(scale: Tensor) -> Tensor:
  return torch.where(torch.gt(scale, 0.), scale, torch.ones_like(scale))

# r ~ S q with S = max|r| / 127.
def symmetric_codes(weight: Tensor, group: int, whole: bool) -> List[Tensor]:
  w = __torch__.in_groups(weight, group)
  scale = torch.div(__torch__.largest(torch.abs(w), whole), 127.)
  q = torch.clamp(torch.round(torch.div(w, __torch__.one_for_zero(scale))), -127., 127.)
  none = torch.zeros([0])
  return [torch.to(q, 1), scale, none, none, none]

# r ~ S (q - Z) with S = (c - a) / 255 and Z = round(-a / S) over [a, c], which is widened to hold 0.
def affine_codes(weight: Tensor, group: int, whole: bool) -> List[Tensor]:
  w = __torch__.in_groups(weight, group)
  high = torch.clamp_min(__torch__.largest(w, whole), 0.)
  low = torch.clamp_min(__torch__.largest(torch.neg(w), whole), 0.)
  scale = torch.div(torch.add(high, low), 255.)
  s = __torch__.one_for_zero(scale)
  zero = torch.round(torch.div(low, s))
  q = torch.clamp(torch.add(torch.round(torch.div(w, s)), zero), 0., 255.)
  none = torch.zeros([0])
  return [torch.to(q, 0), scale, torch.to(zero, 0), none, none]

# r ~ S t[q] with S = max|r| and the 16 levels t, of which boundaries [15] are the midpoints (Dettmers et al. 2023).
def level_codes(weight: Tensor, group: int, whole: bool, boundaries: Tensor) -> List[Tensor]:
  w = __torch__.in_groups(weight, group)
  scale = __torch__.largest(torch.abs(w), whole)
  q = torch.bucketize(torch.div(w, __torch__.one_for_zero(scale)), boundaries, out_int32=True, right=False)
  upper, lower = torch.unbind(torch.view(q, [w.shape[0], w.shape[1], group // 2, 2]), -1)
  none = torch.zeros([0])
  return [torch.to(torch.add(torch.mul(upper, 16), lower), 0), scale, none, none, none]

# The scales themselves, less their mean, in symmetric 8 bits with one second scale for 256 (Dettmers et al. 2023, section 3).
def doubled(parts: List[Tensor]) -> List[Tensor]:
  flat = torch.reshape(parts[1], [-1])
  mean = torch.mean(flat)
  count = (torch.numel(flat) + 255) // 256
  rest = torch.constant_pad_nd(torch.sub(flat, mean), [0, count * 256 - torch.numel(flat)], 0)
  blocks = torch.view(rest, [count, 256])
  second = torch.div(torch.amax(torch.abs(blocks), [-1], True), 127.)
  q = torch.round(torch.div(blocks, __torch__.one_for_zero(second)))
  codes = torch.view(torch.contiguous(torch.reshape(torch.to(q, 1), [-1])[:torch.numel(flat)]), parts[1].shape)
  return [parts[0], torch.clone(codes), parts[2], torch.reshape(second, [-1]), torch.view(mean, [1])]

def scales_of(parts: List[Tensor]) -> Tensor:
  scale = parts[1]
  second = parts[3]
  if torch.gt(torch.numel(second), 0):
    count = torch.numel(second)
    codes = torch.to(torch.reshape(scale, [-1]), 6)
    blocks = torch.view(torch.constant_pad_nd(codes, [0, count * 256 - torch.numel(codes)], 0), [count, 256])
    flat = torch.reshape(torch.mul(blocks, torch.unsqueeze(second, 1)), [-1])[:torch.numel(codes)]
    result = torch.view(torch.clamp_min(torch.add(flat, parts[4]), 0.), scale.shape)
  else:
    result = scale
  return result

# The matrix [out, width]; pairs [256, 2] are the levels of both halves of a byte, of int8 there are none.
def dequantised(parts: List[Tensor], pairs: Tensor, width: int, type: int) -> Tensor:
  codes = parts[0]
  if torch.gt(torch.numel(pairs), 0):
    values = torch.reshape(torch.embedding(pairs, torch.to(codes, 3)), [codes.shape[0], codes.shape[1], -1])
  elif torch.gt(torch.numel(parts[2]), 0):
    values = torch.sub(torch.to(codes, type), torch.to(parts[2], type))
  else:
    values = codes
  y = torch.empty(values.shape, dtype=type, layout=None, device=codes.device)
  done = torch.mul(values, __torch__.scales_of(parts), out=y)
  return torch.contiguous(torch.reshape(y, [codes.shape[0], -1])[:, :width])

# x [tokens, in] times the matrix, which is whole only inside this call; a bias without elements is none.
def quantised_linear(x: Tensor, parts: List[Tensor], pairs: Tensor, bias: Tensor) -> Tensor:
  w = torch.t(__torch__.dequantised(parts, pairs, x.shape[-1], x.dtype))
  if torch.gt(torch.numel(bias), 0):
    y = torch.addmm(bias, x, w)
  else:
    y = torch.matmul(x, w)
  return y
