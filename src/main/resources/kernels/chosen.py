# Entries chosen over many tensors (Ansell et al. 2022, LT-SFT). Places [2, count] are row and column in their own tensor, row by
# row; a vector is one row.

def end_to_end(tensors: List[Tensor]) -> Tensor:
  flat = annotate(List[Tensor], [])
  for t in tensors:
    kept = torch.append(flat, torch.reshape(torch.detach(t), [-1]))
  return torch.cat(flat, 0)

def surely_chosen(moves: Tensor, places: Tensor) -> Tensor:
  flat = torch.reshape(torch.clone(moves), [-1])
  return torch.view(torch.index_fill(flat, 0, __torch__.flat_places(places, moves.shape[-1]), 3.4e38), moves.shape)

def furthest_moved(moves: List[Tensor], values: List[Tensor], widths: List[int], count: int) -> List[Tensor]:
  # places and counts by tensor of the count largest moves of all tensors together, and the values there
  every = __torch__.end_to_end(moves)
  best, order = torch.topk(torch.abs(every), count)
  chosen, unused = torch.sort(order)
  places = annotate(List[Tensor], [])
  counts = annotate(List[int], [])
  start = 0
  done = 0
  for i in range(torch.len(moves)):
    end = start + torch.numel(moves[i])
    upto = int(torch.sum(torch.lt(chosen, end)))
    own = torch.sub(chosen[done:upto], start)
    kept2 = torch.append(places, __torch__.split_places(own, widths[i]))
    kept3 = torch.append(counts, upto - done)
    start = end
    done = upto
  number = torch.tensor(counts, dtype=4, device=every.device)
  return [torch.cat(places, 1), number, torch.index_select(__torch__.end_to_end(values), 0, chosen)]

def entries_of_all(tensors: List[Tensor], widths: List[int], places: Tensor, counts: Tensor) -> Tensor:
  # the values of entries of many tensors, one tensor after the other
  taken = annotate(List[Tensor], [])
  done = 0
  for i in range(torch.len(tensors)):
    upto = done + int(counts[i])
    own = __torch__.flat_places(places[:, done:upto], widths[i])
    kept = torch.append(taken, torch.index_select(torch.reshape(tensors[i], [-1]), 0, own))
    done = upto
  return torch.cat(taken, 0)

def count_moved(deltas: List[Tensor]) -> Tensor:
  total = torch.zeros(annotate(List[int], []), dtype=7)
  for d in deltas:
    total = torch.add(total, torch.to(torch.to(torch.count_nonzero(d), 7), torch.device("cpu")))
  return total

def mean_move(parameters: List[Tensor], factor: float) -> Tensor:
  sums = annotate(List[Tensor], [])
  for p in parameters:
    kept = torch.append(sums, torch.sum(torch.abs(p)))
  return torch.mul(torch.sum(torch.stack(sums, 0)), factor)

def row_of_entries(places: Tensor, values: Tensor, width: int) -> Tensor:
  # the whole vector [width], differentiable by the values
  empty = torch.zeros([width], dtype=values.dtype, layout=None, device=values.device)
  return torch.index_add(empty, 0, places[1], values)

def add_sparse_rows(y: Tensor, ids: Tensor, places: Tensor, values: Tensor, rows: int) -> Tensor:
  # y [tokens, hidden] are a table's rows of ids; what is added to them are the entries of those rows, as often as a token is
  # there. Nothing of the table's own size is made.
  starts = torch.searchsorted(torch.contiguous(places[0]), torch.arange(rows + 1, dtype=None, layout=None, device=y.device))
  first = torch.index_select(starts, 0, ids)
  many = torch.sub(torch.index_select(starts, 0, torch.add(ids, 1)), first)
  ends = torch.cumsum(many, 0)
  token = torch.repeat_interleave(many)
  number = torch.arange(token.shape[0], dtype=None, layout=None, device=y.device)
  shift = torch.sub(first, torch.sub(ends, many))
  entry = torch.add(number, torch.index_select(shift, 0, token))
  place = torch.add(torch.mul(token, y.shape[1]), torch.index_select(places[1], 0, entry))
  added = torch.to(torch.index_select(values, 0, entry), y.dtype)
  return torch.view(torch.index_add(torch.view(y, [-1]), 0, place, added), y.shape)

def gaps_of_entries(places: Tensor, values: Tensor, width: int, least: float) -> List[Tensor]:
  # the gaps between the places of the values that are not less than the least, and those values
  kept = torch.nonzero(torch.ge(torch.abs(torch.detach(values)), least))
  kept = torch.reshape(kept, [-1])
  flat = torch.index_select(__torch__.flat_places(places, width), 0, kept)
  before = torch.cat([torch.full([1], -1, dtype=4, layout=None, device=flat.device), flat[:-1]])
  gaps = torch.sub(flat, before[:flat.shape[0]])
  largest = 0
  if torch.numel(gaps) > 0:
    largest = int(torch.max(gaps))
  if largest < 2147483648:
    gaps = torch.to(gaps, 3)
  return [gaps, torch.index_select(torch.detach(values), 0, kept)]

def places_of_gaps(gaps: Tensor, width: int) -> Tensor:
  return __torch__.split_places(torch.sub(torch.cumsum(gaps, 0), 1), width)
