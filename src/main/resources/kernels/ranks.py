# Low-rank updates of a batch whose tokens belong to different adapters (Sheng et al. 2023, S-LoRA). An adapter is one flat
# piece of memory in which layers of one input lie together: their A [k · rank, in], then a B [rank, out] of each; the scale
# is in B. `lanes` views several such pieces, one a row, as A [rows, in, ranks] and B [rows, rank, out]; lane = [first token,
# rows, tokens of each]. `runs` are tokens of one adapter each, as A [in, ranks] and B [rank, out]. An absent matrix has no
# elements.

def pack_group(pairs: List[Tensor], scales: List[float], rank: int, type: int) -> Tensor:
  # A [r, in] and B [out, r] of each layer in turn, flat
  a, b = annotate(List[Tensor], []), annotate(List[Tensor], [])
  for i in range(torch.len(scales)):
    x = torch.to(torch.detach(pairs[2 * i]), type)
    y = torch.to(torch.mul(torch.t(torch.detach(pairs[2 * i + 1])), scales[i]), type)
    missing = [0, 0, 0, rank - x.shape[0]]
    done1 = torch.append(a, torch.constant_pad_nd(x, missing, 0))
    done2 = torch.append(b, torch.reshape(torch.constant_pad_nd(y, missing, 0), [-1]))
  return torch.cat([__torch__.aligned(torch.cat(a, 0)), __torch__.aligned(torch.cat(b, 0))], 0)

def aligned(x: Tensor) -> Tensor:
  # flat, and zeros up to a multiple of 8 elements
  flat = torch.reshape(x, [-1])
  return torch.constant_pad_nd(flat, [0, (8 - torch.numel(flat) % 8) % 8], 0)

def rank_views(x: Tensor, rows: int, matrices: List[int]) -> List[Tensor]:
  # matrices: offset, rows, columns and 1 where it is viewed transposed; x [width], or [rows or more, width]
  result = annotate(List[Tensor], [])
  none = torch.zeros([0])
  for i in range(torch.len(matrices) // 4):
    at, high, wide, turned = matrices[4 * i], matrices[4 * i + 1], matrices[4 * i + 2], matrices[4 * i + 3]
    if high == 0:
      y = none
    else:
      shape, strides = [high, wide], [wide, 1]
      if turned == 1:
        shape, strides = [wide, high], [1, wide]
      if rows > 0:
        shape, strides = [rows] + shape, [x.shape[1]] + strides
      y = torch.as_strided(x, shape, strides, torch.storage_offset(x) + at)
    done = torch.append(result, y)
  return result

def copy_lane(lanes: Tensor, row: int, x: Tensor) -> Tensor:
  return torch.copy_(torch.select(lanes, 0, row), x)

def widen_lane(lanes: Tensor, row: int, x: Tensor, wide: List[int], narrow: List[int], ranks: List[int]) -> Tensor:
  # x laid out for fewer ranks a layer, into a lane laid out for more: the ranks of each layer keep the first places
  lane = torch.select(lanes, 0, row)
  done1 = torch.zero_(lane)
  most, own = ranks[0], ranks[1]
  for i in range(torch.len(wide) // 4):
    high, columns = wide[4 * i + 1], wide[4 * i + 2]
    if high > 0:
      layers = high // most
      to = torch.view(torch.narrow(lane, 0, wide[4 * i], high * columns), [layers, most, columns])
      given = torch.view(torch.narrow(x, 0, narrow[4 * i], layers * own * columns), [layers, own, columns])
      done2 = torch.copy_(torch.narrow(to, 1, 0, own), given)
  return lane

def no_lists() -> List[List[Tensor]]:
  return annotate(List[List[Tensor]], [])

def with_list(lists: List[List[Tensor]], x: List[Tensor]) -> List[List[Tensor]]:
  return lists + [x]

def add_batched(y: Tensor, t: Tensor, b: Tensor) -> Tensor:
  # y [rows, tokens, out] += t [rows, tokens, ranks] b [rows, ranks, out]; a CPU is quick only where y is in one piece
  if y.is_cuda or torch.is_contiguous(y):
    done = torch.baddbmm_(y, t, b, beta=1, alpha=1)
  else:
    done = torch.add_(y, torch.bmm(t, b))
  return done

def lane_rows(x: Tensor, lane: List[int]) -> Tensor:
  # the tokens of the lanes, [rows, tokens of each, width]
  rows, each = lane[1], lane[2]
  if rows == x.shape[0]:
    y = torch.unsqueeze(x, 1)
  else:
    y = torch.view(torch.narrow(x, 0, lane[0], rows * each), [rows, each, x.shape[1]])
  return y

def run_rows(x: Tensor, begin: int, length: int) -> Tensor:
  if length == x.shape[0]:
    y = x
  else:
    y = torch.narrow(x, 0, begin, length)
  return y

def columns(y: Tensor, begin: int, width: int) -> Tensor:
  # of the last dimension
  if width == y.shape[-1]:
    z = y
  else:
    z = torch.narrow(y, -1, begin, width)
  return z

def add_layers(y: Tensor, t: Tensor, views: List[Tensor], at: int, widths: List[int]) -> Tensor:
  # to the outputs of each layer its part of t, of lanes or of a run, with its B
  rank, column = 0, 0
  for layer in range(torch.len(widths)):
    b = views[at + 1 + layer]
    if torch.numel(b) > 0:
      part, own = __torch__.columns(y, column, widths[layer]), __torch__.columns(t, rank, b.shape[-2])
      if torch.dim(b) == 3:
        done1 = __torch__.add_batched(part, own, b)
      else:
        done2 = torch.addmm_(part, own, b, beta=1, alpha=1)
      rank = rank + b.shape[-2]
    column = column + widths[layer]
  return y

def add_ranks(y: Tensor, x: Tensor, lanes: List[Tensor], lane: List[int], runs: List[List[Tensor]], begins: List[int], lengths: List[int], at: int, widths: List[int]) -> Tensor:
  # layers of one input, whose outputs of these widths lie side by side in y
  if torch.len(lanes) > 0 and torch.numel(lanes[at]) > 0:
    done1 = __torch__.add_layers(__torch__.lane_rows(y, lane), torch.bmm(__torch__.lane_rows(x, lane), lanes[at]), lanes, at, widths)
  for i in range(torch.len(runs)):
    run = runs[i]
    if torch.numel(run[at]) > 0:
      t = torch.mm(__torch__.run_rows(x, begins[i], lengths[i]), run[at])
      done2 = __torch__.add_layers(__torch__.run_rows(y, begins[i], lengths[i]), t, run, at, widths)
  return y

def add_site_ranks(y: Tensor, x: Tensor, views: List[Tensor], lane: List[int], place: List[int]) -> Tensor:
  # one layer of a group, whose ranks begin at row `first` of A: place = [A, first, ranks, B]
  a, first, ranks, b = views[place[0]], place[1], place[2], views[place[3]]
  if lane[2] > 0:
    t = torch.bmm(__torch__.lane_rows(x, lane), torch.narrow(a, 2, first, ranks))
    done1 = torch.add_(__torch__.lane_rows(y, lane), torch.bmm(t, b))
  else:
    t = torch.mm(torch.narrow(x, 0, lane[0], lane[1]), torch.narrow(a, 1, first, ranks))
    done2 = torch.addmm_(torch.narrow(y, 0, lane[0], lane[1]), t, b, beta=1, alpha=1)
  return y
