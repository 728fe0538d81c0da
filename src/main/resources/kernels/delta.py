# A model's tensors and how far they have moved: deltas are float32 whatever the tensors are, sums are rounded once.
# A delta without elements is none.

def moved_tensor(base: Tensor, delta: Tensor, type: int) -> Tensor:
  return torch.to(torch.add(torch.to(base, 6), delta), type)

def add_product(y: Tensor, x: Tensor, delta: Tensor) -> Tensor:
  # y [n, out] and x [n, in] times delta [out, in], in the memory of y
  return torch.addmm_(y, x, torch.t(torch.to(delta, x.dtype)))

def add_row(y: Tensor, row: Tensor) -> Tensor:
  return torch.add_(y, torch.to(row, y.dtype))

def product_and_row(x: Tensor, delta: Tensor, row: Tensor, out: int) -> Tensor:
  if torch.numel(delta) > 0:
    y = torch.mm(x, torch.t(torch.to(delta, x.dtype)))
  else:
    y = torch.zeros([x.shape[0], out], dtype=x.dtype, layout=None, device=x.device)
  if torch.numel(row) > 0:
    y = torch.add_(y, torch.to(row, x.dtype))
  return y

def moved_rows(ids: Tensor, table: Tensor, delta: Tensor) -> Tensor:
  # of two tables [tokens, hidden] the rows of ids, summed
  return torch.to(torch.add(torch.to(torch.embedding(table, ids), 6), torch.embedding(delta, ids)), table.dtype)
