# Chosen entries of a matrix [out, in]: places [2, count] are rows and columns, row by row; values [count] are float32. A vector
# is one row.

def flat_places(places: Tensor, width: int) -> Tensor:
  return torch.add(torch.mul(places[0], width), places[1])

def split_places(flat: Tensor, width: int) -> Tensor:
  return torch.stack([torch.floor_divide(flat, width), torch.remainder(flat, width)])

def sparse_update(x: Tensor, places: Tensor, values: Tensor, out: int) -> Tensor:
  # x [n, in] to [n, out] as weighted sums of x's columns, a bag for each row of the matrix. The gradient of a value is one
  # product of two columns, so that nothing of the matrix's own size is ever made.
  starts = torch.searchsorted(torch.contiguous(places[0]), torch.arange(out, dtype=None, layout=None, device=x.device))
  columns = torch.contiguous(torch.t(x))
  if x.is_cuda:
    columns = torch.to(columns, 6)  # on CUDA libtorch has this gradient of the values in float only
  y, a, b, c = torch.embedding_bag(columns, torch.contiguous(places[1]), starts, False, 0, False, torch.to(values, columns.dtype), False)
  return torch.to(torch.t(y), x.dtype)

def add_sparse(y: Tensor, x: Tensor, places: Tensor, values: Tensor) -> Tensor:
  return torch.add_(y, __torch__.sparse_update(x, places, values, y.shape[1]))

def with_entries(weight: Tensor, places: Tensor, values: Tensor) -> Tensor:
  # a copy with the values added, differentiable by them
  flat = __torch__.flat_places(places, weight.shape[-1])
  return torch.view(torch.index_add(torch.view(weight, [-1]), 0, flat, torch.to(values, weight.dtype)), weight.shape)

def fold_entries(weight: Tensor, places: Tensor, values: Tensor, scale: float) -> Tensor:
  # in float, then rounded once
  flat = __torch__.flat_places(places, weight.shape[-1])
  new = torch.add(torch.to(torch.index_select(torch.view(weight, [-1]), 0, flat), 6), torch.detach(values), alpha=scale)
  return torch.view(torch.index_copy(torch.view(weight, [-1]), 0, flat, torch.to(new, weight.dtype)), weight.shape)

def flat_places_of_all(places: List[Tensor], weights: List[Tensor]) -> List[Tensor]:
  flat = annotate(List[Tensor], [])
  for i in range(torch.len(places)):
    kept = torch.append(flat, __torch__.flat_places(places[i], weights[i].shape[-1]))
  return flat

def scatter_entries(weights: List[Tensor], flat: List[Tensor], values: List[Tensor], scale: float) -> List[Tensor]:
  # adds the values in place, rounding once from float, and returns what stood there before
  recording = torch.is_grad_enabled()
  torch.set_grad_enabled(False)
  before = annotate(List[Tensor], [])
  for i in range(torch.len(weights)):
    w = torch.view(weights[i], [-1])
    old = torch.index_select(w, 0, flat[i])
    new = torch.to(torch.add(torch.to(old, 6), values[i], alpha=scale), w.dtype)
    done1 = torch.scatter_(w, 0, flat[i], new)
    done2 = torch.append(before, old)
  torch.set_grad_enabled(recording)
  return before

def restore_entries(weights: List[Tensor], flat: List[Tensor], before: List[Tensor]) -> int:
  for i in range(torch.len(weights)):
    done1 = torch.scatter_(torch.view(weights[i], [-1]), 0, flat[i], before[i])
  return torch.len(weights)

def random_places(count: int, total: int) -> Tensor:
  # the first of a permutation, as PEFT draws them
  chosen, order = torch.sort(torch.randperm(total, dtype=None, layout=None, device=torch.device("cpu"), pin_memory=None)[:count])
  return chosen

def largest_places(score: Tensor, count: int) -> Tensor:
  best, places = torch.topk(torch.reshape(torch.abs(torch.to(score, 6)), [-1]), count)
  chosen, order = torch.sort(places)
  return chosen
