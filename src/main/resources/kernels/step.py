# A step of a Llama-type decoder over a paged cache in one call: all layers, every row of a batch, and the low-rank
# updates of the rows' adapters. On a GPU such a step takes as long as its launches, and its host as long as its
# operations, so there are as few of both as can be. Weights: embedding, final norm, head, then of every layer norm, q·k·v,
# its bias, o, its bias, norm, gate·up, its bias, down, its bias; matrices lie transposed, [in, out], and an absent bias has
# no elements. The residual stream takes up what is added to it in place.

def tensor_list(x: List[Tensor]) -> List[Tensor]:
  return x

def transposed_list(x: List[Tensor]) -> List[Tensor]:
  # the matrices after the first, which is the embedding, as views the other way round
  result = annotate(List[Tensor], [])
  for i in range(torch.len(x)):
    if i > 0 and torch.dim(x[i]) == 2:
      y = torch.t(x[i])
    else:
      y = x[i]
    done = torch.append(result, y)
  return result

def step_linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  if torch.numel(bias) > 0:
    y = torch.addmm(bias, x, weight)
  else:
    y = torch.mm(x, weight)
  return y

def add_linear(y: Tensor, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  if torch.numel(bias) > 0:
    done = torch.add_(y, bias)
  return torch.addmm_(y, x, weight, beta=1, alpha=1)

def rotate_in_place(qkv: Tensor, heads: int, cos: Tensor, sin: Tensor) -> Tensor:
  # the first heads of qkv [n, all heads, size], which must be contiguous: y = x cos + swap(x) sin
  swapped = torch.narrow(torch.roll(qkv, [qkv.shape[2] // 2], [2]), 1, 0, heads)
  x = torch.narrow(qkv, 1, 0, heads)
  done = torch.mul_(x, cos)
  return torch.addcmul_(x, swapped, sin)

def decode_rows(q: Tensor, pages: Tensor, table: Tensor, mask: Tensor, scale: float) -> Tensor:
  # one new token a row: q [rows, heads, size] against pages [pages, 16, 2 keyHeads, size]; heads that share keys are the
  # queries of one head
  n, heads, size, own = q.shape[0], q.shape[1], q.shape[2], pages.shape[2] // 2
  seen = torch.index_select(pages, 0, table)
  kv = torch.unbind(torch.permute(torch.view(seen, [n, -1, 2, own, size]), [2, 0, 3, 1, 4]), 0)
  queries = torch.reshape(q, [n, own, heads // own, size])
  return torch.reshape(__torch__.masked_attention(queries, kv[0], kv[1], mask, scale), [n, heads * size])

def begin_rows(q: Tensor, k: Tensor, v: Tensor, counts: List[int], bounds: Tensor, scale: float, window: int) -> Tensor:
  # whole prompts laid end to end, none of which has tokens in the cache
  if q.is_cuda and q.dtype != 6:
    longest = ops.prim.max(counts)
    left = -1
    if window > 0:
      left = window - 1
    o = torch._flash_attention_forward(q, k, v, bounds, bounds, longest, longest, 0., True, False, scale=scale, window_size_left=left, window_size_right=0)[0]
    out = torch.reshape(o, [q.shape[0], q.shape[1] * q.shape[2]])
  else:
    out = __torch__.document_attention(q, k, v, counts, scale, window)
  return out

def continue_rows(q: Tensor, cache: Tensor, reads: Tensor, bounds: Tensor, read_bounds: Tensor, longest: int, longest_read: int, scale: float, window: int) -> Tensor:
  # rows that go on, on a GPU: what they see is read from the pages at the slots `reads`, and lies end to end like the
  # queries; a row's last query sees all of it
  own = cache.shape[2] // 2
  seen = torch.index_select(torch.view(cache, [-1, 2 * own, q.shape[2]]), 0, reads)
  left = -1
  if window > 0:
    left = window - 1
  o = torch._flash_attention_forward(q, torch.narrow(seen, 1, 0, own), torch.narrow(seen, 1, own, own), bounds, read_bounds, longest, longest_read, 0., True, False, scale=scale, window_size_left=left, window_size_right=0)[0]
  return torch.reshape(o, [q.shape[0], q.shape[1] * q.shape[2]])

def attend_step(q: Tensor, k: Tensor, v: Tensor, cache: Tensor, tables: Tensor, mask: Tensor, bounds: List[Tensor], reads: Tensor, shape: List[int], starts: List[int], counts: List[int], scale: float, window: int) -> Tensor:
  # tokens in this order: one of each of `singles` rows, those of rows that begin, those of rows that go on
  singles, width, begun, fresh = shape[0], shape[1], shape[2], shape[3]
  n, own = q.shape[0], cache.shape[2] // 2
  if singles == n:
    out = __torch__.decode_rows(q, cache, tables, mask, scale)
  else:
    parts = annotate(List[Tensor], [])
    if singles > 0:
      done1 = torch.append(parts, __torch__.decode_rows(torch.narrow(q, 0, 0, singles), cache, torch.narrow(tables, 0, 0, singles * width), mask, scale))
    at = singles
    if begun > 0:
      done2 = torch.append(parts, __torch__.begin_rows(torch.narrow(q, 0, at, fresh), torch.narrow(k, 0, at, fresh), torch.narrow(v, 0, at, fresh), counts[:begun], bounds[0], scale, window))
      at = at + fresh
    together = 0
    if torch.numel(reads) > 0:
      together = torch.len(counts)
      done3 = torch.append(parts, __torch__.continue_rows(torch.narrow(q, 0, at, n - at), cache, reads, bounds[1], bounds[2], shape[8], shape[9], scale, window))
    entry = singles * width
    size = cache.shape[1]
    for i in range(together, torch.len(counts)):
      count = counts[i]
      pages = (starts[i] + count + size - 1) // size
      if i >= begun:
        seen = torch.narrow(torch.reshape(torch.index_select(cache, 0, torch.narrow(tables, 0, entry, pages)), [-1, 2 * own, q.shape[2]]), 0, 0, starts[i] + count)
        o = __torch__.attend_row(torch.narrow(q, 0, at, count), torch.transpose(torch.narrow(seen, 1, 0, own), 0, 1), torch.transpose(torch.narrow(seen, 1, own, own), 0, 1), starts[i], scale, window)
        done4 = torch.append(parts, o)
        at = at + count
      entry = entry + pages
    if torch.len(parts) == 1:
      out = parts[0]
    else:
      out = torch.cat(parts, 0)
  return out

def attend_layer(flat: Tensor, heads: int, cos: Tensor, sin: Tensor, slots: Tensor, pages: Tensor, tables: Tensor, mask: Tensor, bounds: List[Tensor], reads: Tensor, shape: List[int], starts: List[int], counts: List[int], window: int) -> Tensor:
  # q·k·v of new tokens, which are turned where they lie, against what their rows have seen; keys and values go to `slots`
  own, size = pages.shape[2] // 2, pages.shape[3]
  qkv = torch.view(flat, [flat.shape[0], heads + 2 * own, size])
  done1 = __torch__.rotate_in_place(qkv, heads + own, cos, sin)
  split = torch.split_with_sizes(qkv, [heads, 2 * own], 1)
  q, kv = split[0], split[1]
  done2 = torch.index_copy_(torch.view(pages, [-1, 2 * own, size]), 0, slots, kv)
  k, v = kv, kv
  if shape[0] < flat.shape[0]:
    halves = torch.split_with_sizes(kv, [own, own], 1)
    k, v = halves[0], halves[1]
  return __torch__.attend_step(q, k, v, pages, tables, mask, bounds, reads, shape, starts, counts, 1. / torch.sqrt(size), window)

def decoder_step(numbers: Tensor, shape: List[int], starts: List[int], counts: List[int], w: List[Tensor], cache: List[Tensor], frequencies: Tensor, heads: int, windows: List[int], epsilon: float, magnitude: float, lanes: List[Tensor], lane: List[int], runs: List[List[Tensor]], begins: List[int], lengths: List[int]) -> Tensor:
  # numbers: ids, positions, slots, wanted rows, tables, bounds of the prompts that begin, and where rows that go on are
  # computed together the slots that they see, their bounds and those of what they see; to logits [wanted, vocabulary].
  # lanes and runs: ranks.py
  singles, width, begun, fresh, n, wanted, entries, seen = shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], shape[6], shape[7]
  more = 0
  if seen > 0:
    more = torch.len(counts) - begun + 1
  parts = torch.split_with_sizes(numbers, [n, n, n, wanted, entries, begun + 1, seen, more, more], 0)
  ids, positions, slots, lasts, tables, reads = parts[0], parts[1], parts[2], parts[3], parts[4], parts[6]
  x = torch.embedding(w[0], ids)
  type = x.dtype
  mask = positions
  masked = -1
  bounds = [parts[5], parts[7], parts[8]]
  if begun > 0:
    bounds[0] = torch.to(parts[5], 3)
  if seen > 0:
    bounds[1] = torch.to(parts[7], 3)
    bounds[2] = torch.to(parts[8], 3)
  rotary = __torch__.rotary_tables(positions, frequencies, magnitude, type)
  cos, sin = rotary[0], rotary[1]
  changed = torch.len(lanes) + torch.len(runs) > 0
  for layer in range(torch.len(cache)):
    at = 3 + 10 * layer
    low = 11 * layer
    pages = cache[layer]
    window = windows[layer]
    if singles > 0 and window != masked:
      mask = __torch__.decode_mask(torch.narrow(positions, 0, 0, singles), width * pages.shape[1], window, type)
      masked = window
    h = torch.rms_norm(x, [x.shape[1]], w[at], epsilon)
    flat = __torch__.step_linear(h, w[at + 1], w[at + 2])
    if changed:
      keys = pages.shape[2] // 2 * pages.shape[3]
      projections = [flat.shape[1] - 2 * keys, keys, keys]
      done0 = __torch__.add_ranks(flat, h, lanes, lane, runs, begins, lengths, low, projections)
    o = __torch__.attend_layer(flat, heads, cos, sin, slots, pages, tables, mask, bounds, reads, shape, starts, counts, window)
    done1 = __torch__.add_linear(x, o, w[at + 3], w[at + 4])
    if changed:
      done2 = __torch__.add_ranks(x, o, lanes, lane, runs, begins, lengths, low + 4, [x.shape[1]])
    g = torch.rms_norm(x, [x.shape[1]], w[at + 5], epsilon)
    wide = __torch__.step_linear(g, w[at + 6], w[at + 7])
    half = wide.shape[1] // 2
    both = torch.split_with_sizes(wide, [half, half], 1)
    gate, up = both[0], both[1]
    if changed:
      done3 = __torch__.add_ranks(wide, g, lanes, lane, runs, begins, lengths, low + 6, [half, half])
    act = torch.mul_(torch.silu(gate), up)
    done4 = __torch__.add_linear(x, act, w[at + 8], w[at + 9])
    if changed:
      done5 = __torch__.add_ranks(x, act, lanes, lane, runs, begins, lengths, low + 9, [x.shape[1]])
  last = torch.rms_norm(torch.index_select(x, 0, lasts), [x.shape[1]], w[1], epsilon)
  return torch.mm(last, w[2])

def decode_begin(numbers: Tensor, tokens: int, embedding: Tensor, frequencies: Tensor, magnitude: float) -> List[Tensor]:
  # ids and positions come first; embedded tokens [tokens, width], and what turns the heads
  x = torch.embedding(embedding, torch.narrow(numbers, 0, 0, tokens))
  rotary = __torch__.rotary_tables(torch.narrow(numbers, 0, tokens, tokens), frequencies, magnitude, x.dtype)
  return [x, rotary[0], rotary[1]]

def product_of(x: Tensor, rows: Tensor, weight: Tensor) -> Tensor:
  return torch.mm(torch.index_select(x, 0, rows), weight)
