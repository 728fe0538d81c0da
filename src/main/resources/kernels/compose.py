# Sums of adapters and merges of weight deltas. Deltas are float32 and of one shape.

# y + w u, in the memory of y.
def add_weighted(y: Tensor, u: Tensor, weight: float) -> Tensor:
  return torch.add_(y, torch.to(u, y.dtype), alpha=weight)

def sum_of(deltas: List[Tensor]) -> Tensor:
  return torch.sum(torch.stack(deltas, 0), [0])

# The kept-th largest absolute value of all deltas together.
def largest_at(deltas: List[Tensor], kept: int) -> Tensor:
  flat = annotate(List[Tensor], [])
  for i in range(torch.len(deltas)):
    _ = torch.append(flat, torch.abs(torch.reshape(deltas[i], [-1])))
  every = torch.cat(flat, 0)
  value, place = torch.kthvalue(every, torch.add(torch.sub(torch.numel(every), kept), 1))
  return value

def trimmed(delta: Tensor, threshold: float) -> Tensor:
  return torch.mul(delta, torch.ge(torch.abs(delta), threshold))

# Elect the sign of the sum by value, then the mean of the values that have it; zeros have none.
def elected_mean(deltas: List[Tensor]) -> Tensor:
  every = torch.stack(deltas, 0)
  sign = torch.sign(torch.sum(every, [0]))
  agrees = torch.gt(torch.mul(every, sign), 0.)
  count = torch.clamp_min(torch.sum(agrees, [0]), 1)
  return torch.div(torch.sum(torch.mul(every, agrees), [0]), count)

# Keeps a value where its draw from [0, 1) is below the density.
def drop_and_rescale(delta: Tensor, draws: Tensor, density: float) -> Tensor:
  return torch.div(torch.mul(delta, torch.lt(draws, density)), density)

# Nearest product B A of a rank to delta [out, in]: A [rank, in], B [out, rank], the square of what is lost and of all.
# Rank 0 is the delta's own: as many singular values as stand out from rounding.
def truncated_pair(delta: Tensor, wanted: int) -> List[Tensor]:
  u, s, v = torch.linalg_svd(torch.to(delta, 6), False)
  if wanted > 0:
    rank = wanted
  else:
    clear = int(torch.sum(torch.gt(s, torch.mul(s[0], 0.00001))))
    if clear > 0:
      rank = clear
    else:
      rank = 1
  root = torch.sqrt(s[:rank])
  a = torch.contiguous(torch.mul(torch.unsqueeze(root, 1), v[:rank]))
  b = torch.contiguous(torch.mul(u[:, :rank], root))
  lost = torch.sum(torch.mul(s[rank:], s[rank:]))
  return [a, b, lost, torch.sum(torch.mul(s, s))]
