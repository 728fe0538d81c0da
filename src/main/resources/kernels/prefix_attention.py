# Causal attention of packed sequences behind keys and values that stand before each of them (Li and Liang 2021).
# A prefix [keyHeads, count, size] takes the positions 0 to count - 1, as it does in a Hugging Face cache: every token sees
# it, and a sliding window leaves it behind like any other position.

def behind_prefix(x: Tensor, prefix: Tensor) -> Tensor:
  # x [rows, length, keyHeads, size] to [rows, keyHeads, count + length, size]
  rows = torch.expand(torch.unsqueeze(torch.to(prefix, x.dtype), 0), [x.shape[0], -1, -1, -1])
  return torch.cat([rows, torch.transpose(x, 1, 2)], 2)

def prefix_mask(count: int, length: int, window: int, q: Tensor) -> Tensor:
  rows = torch.unsqueeze(torch.arange(count, count + length, dtype=None, layout=None, device=q.device), 1)
  columns = torch.unsqueeze(torch.arange(count + length, dtype=None, layout=None, device=q.device), 0)
  mask = torch.le(columns, rows)
  if window > 0:
    mask = torch.logical_and(mask, torch.gt(columns, torch.sub(rows, window)))
  return mask

def attend_behind(q: Tensor, k: Tensor, v: Tensor, pk: Tensor, pv: Tensor, scale: float, window: int) -> Tensor:
  # q [rows, length, heads, size] to [rows · length, heads · size]
  rows, length, heads, size = q.shape[0], q.shape[1], q.shape[2], q.shape[3]
  kk = __torch__.shared_heads(__torch__.behind_prefix(k, pk), heads)
  vv = __torch__.shared_heads(__torch__.behind_prefix(v, pv), heads)
  mask = __torch__.prefix_mask(pk.shape[1], length, window, q)
  o = torch.scaled_dot_product_attention(torch.transpose(q, 1, 2), kk, vv, mask, 0., False, scale=scale, enable_gqa=False)
  return torch.reshape(torch.transpose(o, 1, 2), [rows * length, heads * size])

def prefixed_attention(q: Tensor, k: Tensor, v: Tensor, pk: Tensor, pv: Tensor, lengths: List[int], scale: float, window: int) -> Tensor:
  n, heads, own, size = q.shape[0], q.shape[1], k.shape[1], q.shape[2]
  first = lengths[0]
  equal = True
  for length in lengths:
    equal = equal and length == first
  if equal:
    rows = n // first
    out = __torch__.attend_behind(torch.view(q, [rows, first, heads, size]), torch.view(k, [rows, first, own, size]), torch.view(v, [rows, first, own, size]), pk, pv, scale, window)
  else:
    parts = annotate(List[Tensor], [])
    start = 0
    for length in lengths:
      end = start + length
      o = __torch__.attend_behind(torch.unsqueeze(q[start:end], 0), torch.unsqueeze(k[start:end], 0), torch.unsqueeze(v[start:end], 0), pk, pv, scale, window)
      done1 = torch.append(parts, o)
      start = end
    out = torch.cat(parts, 0)
  return out
