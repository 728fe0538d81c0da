# Causal attention: packed sequences laid end to end, and new tokens of one sequence against those before them.

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
