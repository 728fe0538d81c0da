# Causal attention: packed sequences laid end to end, and new tokens against a cache.

def shared_heads(x: Tensor, heads: int) -> Tensor:
  # [rows, keyHeads, length, size] to [rows, heads, length, size]; its gradient is one sum, repeat_interleave's an index_add
  rows, own, length, size = x.shape[0], x.shape[1], x.shape[2], x.shape[3]
  wide = torch.expand(torch.unsqueeze(x, 2), [rows, own, heads // own, length, size])
  return torch.reshape(wide, [rows, heads, length, size])

def causal_attention(q: Tensor, k: Tensor, v: Tensor, scale: float, window: int) -> Tensor:
  qt = torch.transpose(q, 1, 2)
  kt = torch.transpose(k, 1, 2)
  vt = torch.transpose(v, 1, 2)
  length = q.shape[1]
  grouped = q.shape[2] != k.shape[2]
  if window > 0 and length > window:
    rows = torch.unsqueeze(torch.arange(length, dtype=None, layout=None, device=q.device), 1)
    columns = torch.unsqueeze(torch.arange(length, dtype=None, layout=None, device=q.device), 0)
    mask = torch.logical_and(torch.le(columns, rows), torch.gt(columns, torch.sub(rows, window)))
    o = torch.scaled_dot_product_attention(qt, kt, vt, mask, 0., False, scale=scale, enable_gqa=grouped)
  elif grouped and not q.is_cuda:
    ke = __torch__.shared_heads(kt, q.shape[2])
    ve = __torch__.shared_heads(vt, q.shape[2])
    o = torch.scaled_dot_product_attention(qt, ke, ve, None, 0., True, scale=scale, enable_gqa=False)
  else:
    o = torch.scaled_dot_product_attention(qt, kt, vt, None, 0., True, scale=scale, enable_gqa=grouped)
  return torch.transpose(o, 1, 2)

def document_attention(q: Tensor, k: Tensor, v: Tensor, lengths: List[int], scale: float, window: int) -> Tensor:
  n, heads, size = q.shape[0], q.shape[1], q.shape[2]
  first = lengths[0]
  equal = True
  for length in lengths:
    equal = equal and length == first
  if equal:
    rows = n // first
    o = __torch__.causal_attention(torch.view(q, [rows, first, heads, size]), torch.view(k, [rows, first, -1, size]), torch.view(v, [rows, first, -1, size]), scale, window)
    out = torch.reshape(o, [n, heads * size])
  else:
    parts = annotate(List[Tensor], [])
    start = 0
    for length in lengths:
      end = start + length
      o = __torch__.causal_attention(torch.unsqueeze(q[start:end], 0), torch.unsqueeze(k[start:end], 0), torch.unsqueeze(v[start:end], 0), scale, window)
      done1 = torch.append(parts, torch.reshape(o, [length, heads * size]))
      start = end
    out = torch.cat(parts, 0)
  return out

def attend_row(q: Tensor, k: Tensor, v: Tensor, start: int, scale: float, window: int) -> Tensor:
  # q [count, heads, size] against k, v [keyHeads, start + count, size]
  count, total = q.shape[0], k.shape[1]
  qt = torch.unsqueeze(torch.transpose(q, 0, 1), 0)
  rows = torch.unsqueeze(torch.arange(start, total, dtype=None, layout=None, device=q.device), 1)
  columns = torch.unsqueeze(torch.arange(total, dtype=None, layout=None, device=q.device), 0)
  mask = torch.le(columns, rows)
  if window > 0:
    mask = torch.logical_and(mask, torch.gt(columns, torch.sub(rows, window)))
  o = torch.scaled_dot_product_attention(qt, torch.unsqueeze(k, 0), torch.unsqueeze(v, 0), mask, 0., False, scale=scale, enable_gqa=True)
  return torch.reshape(torch.transpose(torch.squeeze(o, 0), 0, 1), [count, -1])

def decode_rows(q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, rows: List[int], starts: List[int], scale: float, window: int) -> Tensor:
  # one new token a row: all rows at once, masked to their lengths; heads that share keys are the queries of one head
  n, heads, size, own = q.shape[0], q.shape[1], q.shape[2], k.shape[1]
  longest = ops.prim.max(starts) + 1
  level = ops.prim.min(starts) + 1 == longest and (window == 0 or longest <= window)
  whole = n == keys.shape[0]
  for i in range(n):
    whole = whole and rows[i] == i
  index = torch.tensor(rows, dtype=4, device=q.device, requires_grad=False)
  place = torch.tensor(starts, dtype=4, device=q.device, requires_grad=False)
  if level and whole:
    done2 = torch.copy_(torch.select(keys, 2, longest - 1), k)
    done3 = torch.copy_(torch.select(values, 2, longest - 1), v)
  else:
    done2 = torch.index_put_(torch.transpose(keys, 1, 2), annotate(List[Optional[Tensor]], [index, place]), k, False)
    done3 = torch.index_put_(torch.transpose(values, 1, 2), annotate(List[Optional[Tensor]], [index, place]), v, False)
  kk = torch.narrow(keys, 2, 0, longest)
  vv = torch.narrow(values, 2, 0, longest)
  if not whole:
    kk = torch.index_select(kk, 0, index)
    vv = torch.index_select(vv, 0, index)
  queries = torch.view(torch.contiguous(q), [n, own, heads // own, size])
  if level:
    o = torch.scaled_dot_product_attention(queries, kk, vv, None, 0., False, scale=scale, enable_gqa=False)
  else:
    columns = torch.view(torch.arange(longest, dtype=None, layout=None, device=q.device), [1, 1, 1, longest])
    ends = torch.view(place, [n, 1, 1, 1])
    mask = torch.le(columns, ends)
    if window > 0:
      mask = torch.logical_and(mask, torch.gt(columns, torch.sub(ends, window)))
    o = torch.scaled_dot_product_attention(queries, kk, vv, mask, 0., False, scale=scale, enable_gqa=False)
  return torch.reshape(o, [n, heads * size])

def extend_row(q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, start: int, scale: float, window: int) -> Tensor:
  # several new tokens of one row: q [count, heads, size]; keys, values [keyHeads, capacity, size] of that row
  count = q.shape[0]
  done4 = torch.copy_(torch.narrow(keys, 1, start, count), torch.transpose(k, 0, 1))
  done5 = torch.copy_(torch.narrow(values, 1, start, count), torch.transpose(v, 0, 1))
  if start == 0:
    o = torch.reshape(__torch__.causal_attention(torch.unsqueeze(q, 0), torch.unsqueeze(k, 0), torch.unsqueeze(v, 0), scale, window), [count, -1])
  else:
    o = __torch__.attend_row(q, torch.narrow(keys, 1, 0, start + count), torch.narrow(values, 1, 0, start + count), start, scale, window)
  return o

def cached_attention(q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, rows: List[int], starts: List[int], counts: List[int], scale: float, window: int) -> Tensor:
  # q, k, v [tokens, heads, size]; keys, values [rows, keyHeads, capacity, size], written in place
  if q.shape[0] == torch.len(rows):
    out = __torch__.decode_rows(q, k, v, keys, values, rows, starts, scale, window)
  else:
    # rows of one new token go together, whatever the others do
    out = torch.empty([q.shape[0], q.shape[1] * q.shape[2]], dtype=q.dtype, layout=None, device=q.device)
    places = annotate(List[int], [])
    single_rows = annotate(List[int], [])
    single_starts = annotate(List[int], [])
    at = 0
    for i in range(torch.len(rows)):
      count = counts[i]
      if count == 1:
        done1 = torch.append(places, at)
        done2 = torch.append(single_rows, rows[i])
        done3 = torch.append(single_starts, starts[i])
      else:
        o = __torch__.extend_row(q[at:at + count], k[at:at + count], v[at:at + count], torch.select(keys, 0, rows[i]), torch.select(values, 0, rows[i]), starts[i], scale, window)
        done4 = torch.copy_(out[at:at + count], o)
      at = at + count
    if torch.len(places) > 0:
      index = torch.tensor(places, dtype=4, device=q.device, requires_grad=False)
      o = __torch__.decode_rows(torch.index_select(q, 0, index), torch.index_select(k, 0, index), torch.index_select(v, 0, index), keys, values, single_rows, single_starts, scale, window)
      done5 = torch.index_copy_(out, 0, index, o)
  return out
