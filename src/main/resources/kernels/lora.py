# Low-rank updates y = x Wt + s (x At) Bt; A [rank, in] and B [out, rank] are float32 whatever x is.
# A bias without elements is none.
def own_linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  y = torch.matmul(x, torch.t(torch.to(weight, x.dtype)))
  if torch.gt(torch.numel(bias), 0):
    z = torch.add(y, torch.to(bias, x.dtype))
  else:
    z = y
  return z

# The update is added to y in place: no copy of it.
def add_low_rank(y: Tensor, x: Tensor, a: Tensor, b: Tensor, scale: float, dropout: float) -> Tensor:
  if torch.gt(dropout, 0.):
    source = torch.dropout(x, dropout, True)
  else:
    source = x
  narrow = torch.mm(source, torch.t(torch.to(a, x.dtype)))
  return torch.addmm_(y, narrow, torch.t(torch.to(b, x.dtype)), beta=1, alpha=scale)

# The update alone.
def low_rank(x: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
  narrow = torch.mm(x, torch.t(torch.to(a, x.dtype)))
  return torch.mul(torch.mm(narrow, torch.t(torch.to(b, x.dtype))), scale)

# A [rank, tokens], B [hidden, rank].
def low_rank_embedding(ids: Tensor, weight: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
  y = torch.embedding(weight, ids)
  rows = torch.embedding(torch.t(a), ids)
  return torch.add(y, torch.to(torch.matmul(rows, torch.t(b)), y.dtype), alpha=scale)

def fold_low_rank(weight: Tensor, b: Tensor, a: Tensor, scale: float) -> Tensor:
  delta = torch.mm(torch.detach(b), torch.detach(a))
  return torch.to(torch.add(torch.to(weight, 6), delta, alpha=scale), weight.dtype)

def add_low_rank_to_matrix(weight: Tensor, b: Tensor, a: Tensor, scale: float) -> Tensor:
  # in the memory of the matrix [out, in], in one pass
  return torch.addmm_(weight, torch.to(torch.detach(b), weight.dtype), torch.to(torch.detach(a), weight.dtype), alpha=scale)
