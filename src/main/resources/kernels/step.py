# A step of a Llama-type decoder over a paged cache in one call: all layers, every row of a batch, and the low-rank
# updates of the rows' adapters. On a GPU such a step takes as long as its launches, so there are as few of them as can be.
# Weights: embedding, final norm, head, then of every layer norm, q·k·v, its bias, o, its bias, norm, gate·up, its bias,
# down, its bias; an absent bias has no elements. The residual stream takes up what is added to it in place.

def tensor_list(x: List[Tensor]) -> List[Tensor]:
  return x

def step_linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  if torch.numel(bias) > 0:
    y = torch.addmm(bias, x, torch.t(weight))
  else:
    y = torch.mm(x, torch.t(weight))
  return y

def add_linear(y: Tensor, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  if torch.numel(bias) > 0:
    done = torch.add_(y, bias)
  return torch.addmm_(y, x, torch.t(weight), beta=1, alpha=1)

def rotate_in_place(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  half = x.shape[-1] // 2
  swapped = torch.cat([x[..., half:], x[..., :half]], -1)
  done = torch.mul_(x, cos)
  return torch.addcmul_(x, swapped, sin)

def decode_rows(q: Tensor, cache: Tensor, table: Tensor, mask: Tensor, scale: float) -> Tensor:
  # one new token a row: q [rows, heads, size] against pages [pages, 16, 2 keyHeads, size]; heads that share keys are the
  # queries of one head
  n, heads, size, own = q.shape[0], q.shape[1], q.shape[2], cache.shape[2] // 2
  pages = torch.view(torch.index_select(cache, 0, table), [n, -1, 2 * own, size])
  k = torch.transpose(torch.narrow(pages, 2, 0, own), 1, 2)
  v = torch.transpose(torch.narrow(pages, 2, own, own), 1, 2)
  queries = torch.reshape(q, [n, own, heads // own, size])
  o = torch.scaled_dot_product_attention(queries, k, v, mask, 0., False, scale=scale, enable_gqa=False)
  return torch.reshape(o, [n, heads * size])

def begin_rows(q: Tensor, k: Tensor, v: Tensor, counts: List[int], bounds: Tensor, scale: float, window: int) -> Tensor:
  # whole prompts laid end to end, none of which has tokens in the cache
  n, heads, size = q.shape[0], q.shape[1], q.shape[2]
  if q.is_cuda and q.dtype != 6:
    longest = ops.prim.max(counts)
    left = -1
    if window > 0:
      left = window - 1
    o = torch._flash_attention_forward(q, k, v, bounds, bounds, longest, longest, 0., True, False, scale=scale, window_size_left=left, window_size_right=0)[0]
    out = torch.reshape(o, [n, heads * size])
  else:
    out = __torch__.document_attention(q, k, v, counts, scale, window)
  return out

def attend_step(q: Tensor, k: Tensor, v: Tensor, cache: Tensor, tables: Tensor, mask: Tensor, bounds: Tensor, shape: List[int], starts: List[int], counts: List[int], scale: float, window: int) -> Tensor:
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
      done2 = torch.append(parts, __torch__.begin_rows(torch.narrow(q, 0, at, fresh), torch.narrow(k, 0, at, fresh), torch.narrow(v, 0, at, fresh), counts[:begun], bounds, scale, window))
      at = at + fresh
    entry = singles * width
    size = cache.shape[1]
    for i in range(torch.len(counts)):
      count = counts[i]
      pages = (starts[i] + count + size - 1) // size
      if i >= begun:
        seen = torch.narrow(torch.reshape(torch.index_select(cache, 0, torch.narrow(tables, 0, entry, pages)), [-1, 2 * own, q.shape[2]]), 0, 0, starts[i] + count)
        o = __torch__.attend_row(torch.narrow(q, 0, at, count), torch.transpose(torch.narrow(seen, 1, 0, own), 0, 1), torch.transpose(torch.narrow(seen, 1, own, own), 0, 1), starts[i], scale, window)
        done3 = torch.append(parts, o)
        at = at + count
      entry = entry + pages
    if torch.len(parts) == 1:
      out = parts[0]
    else:
      out = torch.cat(parts, 0)
  return out

def decoder_step(numbers: Tensor, shape: List[int], starts: List[int], counts: List[int], w: List[Tensor], cache: List[Tensor], frequencies: Tensor, heads: int, windows: List[int], epsilon: float, magnitude: float) -> Tensor:
  # numbers: ids, positions, slots, wanted rows, bounds of the prompts that begin, tables; to logits [wanted, vocabulary]
  singles, width, begun, fresh, n, wanted, entries = shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], shape[6]
  ids = torch.narrow(numbers, 0, 0, n)
  positions = torch.narrow(numbers, 0, n, n)
  slots = torch.narrow(numbers, 0, 2 * n, n)
  lasts = torch.narrow(numbers, 0, 3 * n, wanted)
  bounds = torch.narrow(numbers, 0, 3 * n + wanted, begun + 1)
  tables = torch.narrow(numbers, 0, 3 * n + wanted + begun + 1, entries)
  if begun > 0:
    bounds = torch.to(bounds, 3)
  size = cache[0].shape[3]
  own = cache[0].shape[2] // 2
  inner = heads * size
  scale = 1. / torch.sqrt(size)
  x = torch.embedding(w[0], ids)
  type = x.dtype
  rotary = __torch__.rotary_tables(positions, frequencies, magnitude, type)
  cos, sin = rotary[0], rotary[1]
  mask = positions
  masked = -1
  for layer in range(torch.len(cache)):
    at = 3 + 10 * layer
    pages = cache[layer]
    window = windows[layer]
    if singles > 0 and window != masked:
      mask = __torch__.decode_mask(torch.narrow(positions, 0, 0, singles), width * pages.shape[1], window, type)
      masked = window
    h = torch.rms_norm(x, [x.shape[1]], w[at], epsilon)
    qkv = __torch__.step_linear(h, w[at + 1], w[at + 2])
    split = torch.view(qkv, [n, heads + 2 * own, size])
    done1 = __torch__.rotate_in_place(torch.narrow(split, 1, 0, heads + own), cos, sin)
    done2 = torch.index_copy_(torch.view(pages, [-1, 2 * own, size]), 0, slots, torch.narrow(split, 1, heads, 2 * own))
    o = __torch__.attend_step(torch.narrow(split, 1, 0, heads), torch.narrow(split, 1, heads, own), torch.narrow(split, 1, heads + own, own), pages, tables, mask, bounds, shape, starts, counts, scale, window)
    done3 = __torch__.add_linear(x, o, w[at + 3], w[at + 4])
    g = torch.rms_norm(x, [x.shape[1]], w[at + 5], epsilon)
    wide = __torch__.step_linear(g, w[at + 6], w[at + 7])
    half = wide.shape[1] // 2
    act = torch.mul_(torch.silu(torch.narrow(wide, 1, 0, half)), torch.narrow(wide, 1, half, half))
    done4 = __torch__.add_linear(x, act, w[at + 8], w[at + 9])
  last = torch.rms_norm(torch.index_select(x, 0, lasts), [x.shape[1]], w[1], epsilon)
  return torch.mm(last, torch.t(w[2]))
