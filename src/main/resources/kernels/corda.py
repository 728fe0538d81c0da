# Context-oriented decomposition (Yang et al. 2024).

# Adds Xt X of every sequence of x [tokens, in], scaled by its largest value, to sum [in, in].
def add_covariance(sum: Tensor, x: Tensor, lengths: List[int]) -> Tensor:
  start = 0
  for length in lengths:
    rows = torch.to(torch.detach(x)[start:start + length], 6)
    scaled = torch.div(rows, torch.clamp_min(torch.max(torch.abs(rows)), 1e-12))
    done = torch.addmm_(sum, torch.t(scaled), scaled)
    start = start + length
  return sum

# [C, its inverse]: C is damped, ever more, until the inverse is one.
def invertible(covariance: Tensor) -> List[Tensor]:
  c = torch.to(covariance, 7)
  one = torch.eye(c.shape[0], dtype=7, layout=None, device=c.device)
  step = torch.clamp_min(torch.mean(torch.diagonal(c)), 1e-12)
  damping = 0.01
  damped = torch.add(c, torch.mul(one, torch.mul(step, damping)))
  inverse = torch.linalg_inv(damped)
  while bool(torch.ge(torch.norm(torch.sub(torch.mm(damped, inverse), one)), 0.05)):
    damping = damping * 2.
    damped = torch.add(c, torch.mul(one, torch.mul(step, damping)))
    inverse = torch.linalg_inv(damped)
  return [damped, inverse]

# The part of W [out, in] that matters most, or least, for inputs of a covariance, as A [rank, in] and B [out, rank] with
# s B A that part.
def context_pair(weight: Tensor, covariance: Tensor, rank: int, scale: float, least: bool) -> List[Tensor]:
  c = __torch__.invertible(covariance)
  u, s, v = torch.linalg_svd(torch.mm(torch.to(weight, 7), c[0]), False)
  most = s.shape[0]
  if least:
    start = most - rank
  else:
    start = 0
  root = torch.sqrt(torch.div(s[start:start + rank], scale))
  back = torch.mm(v[start:start + rank], c[1])
  a = torch.mul(torch.unsqueeze(root, 1), back)
  b = torch.mul(u[:, start:start + rank], root)
  return [torch.contiguous(torch.to(a, 6)), torch.contiguous(torch.to(b, 6))]
