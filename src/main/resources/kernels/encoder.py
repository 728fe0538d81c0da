# What an encoder needs beside a decoder's pieces: activations are [tokens, width]; an empty tensor is none.

def layer_norm(x: Tensor, weight: Tensor, bias: Tensor, epsilon: float) -> Tensor:
  offset = torch.to(bias, x.dtype)
  if torch.eq(torch.numel(bias), 0):
    offset = torch.zeros_like(torch.to(weight, x.dtype))
  return torch.layer_norm(x, [x.shape[-1]], torch.to(weight, x.dtype), offset, epsilon, True)

def gelu(x: Tensor) -> Tensor:
  return torch.gelu(x, approximate="none")

def gelu_new(x: Tensor) -> Tensor:
  return torch.gelu(x, approximate="tanh")

def relu(x: Tensor) -> Tensor:
  return torch.relu(x)

def tanh(x: Tensor) -> Tensor:
  return torch.tanh(x)

def padding_mask(lengths: List[int], longest: int, prefix: int, on: Tensor) -> Tensor:
  # True where a row has a token: [rows, 1, 1, prefix + longest]
  ends = torch.view(torch.tensor(lengths, dtype=4, device=on.device, requires_grad=False), [-1, 1, 1, 1])
  columns = torch.view(torch.arange(prefix + longest, dtype=None, layout=None, device=on.device), [1, 1, 1, -1])
  return torch.lt(columns, torch.add(ends, prefix))

def mutual_attention(q: Tensor, k: Tensor, v: Tensor, lengths: List[int], gather: Tensor, scatter: Tensor, prefix_k: Tensor, prefix_v: Tensor, scale: float) -> Tensor:
  # every token of a document sees all its tokens: q, k, v [tokens, heads, size], documents end to end; documents of
  # different lengths are spread to rows of the longest by gather [rows * longest] and put back by scatter [tokens];
  # prefix_k, prefix_v [heads, count, size] stand before every document
  heads, size = q.shape[1], q.shape[2]
  rows = torch.len(lengths)
  longest = ops.prim.max(lengths)
  uneven = torch.gt(torch.numel(gather), 0)
  prefix = 0
  qg, kg, vg = q, k, v
  if uneven:
    qg = torch.index_select(q, 0, gather)
    kg = torch.index_select(k, 0, gather)
    vg = torch.index_select(v, 0, gather)
  qt = torch.transpose(torch.view(qg, [rows, longest, heads, size]), 1, 2)
  kt = torch.transpose(torch.view(kg, [rows, longest, heads, size]), 1, 2)
  vt = torch.transpose(torch.view(vg, [rows, longest, heads, size]), 1, 2)
  if torch.gt(torch.numel(prefix_k), 0):
    prefix = prefix_k.shape[1]
    kt = torch.cat([torch.expand(torch.unsqueeze(torch.to(prefix_k, q.dtype), 0), [rows, heads, prefix, size]), kt], 2)
    vt = torch.cat([torch.expand(torch.unsqueeze(torch.to(prefix_v, q.dtype), 0), [rows, heads, prefix, size]), vt], 2)
  if uneven:
    mask = __torch__.padding_mask(lengths, longest, prefix, q)
    o = torch.scaled_dot_product_attention(qt, kt, vt, mask, 0., False, scale=scale, enable_gqa=False)
  else:
    o = torch.scaled_dot_product_attention(qt, kt, vt, None, 0., False, scale=scale, enable_gqa=False)
  flat = torch.reshape(torch.transpose(o, 1, 2), [rows * longest, heads * size])
  if uneven:
    flat = torch.index_select(flat, 0, scatter)
  return flat

def gathered_attention(q: Tensor, k: Tensor, v: Tensor, gather: Tensor, scatter: Tensor, lengths: List[int], key_gather: Tensor, scale: float) -> Tensor:
  # the same where different things stand before documents: k, v [places, heads, size] hold the tokens and what stands
  # before some of them, and key_gather [rows * longest] says where the keys of each row are, lengths how many it has
  heads, size = q.shape[1], q.shape[2]
  rows = torch.len(lengths)
  uneven = torch.gt(torch.numel(gather), 0)
  qg = q
  if uneven:
    qg = torch.index_select(q, 0, gather)
  qt = torch.transpose(torch.view(qg, [rows, -1, heads, size]), 1, 2)
  kt = torch.transpose(torch.view(torch.index_select(k, 0, key_gather), [rows, -1, heads, size]), 1, 2)
  vt = torch.transpose(torch.view(torch.index_select(v, 0, key_gather), [rows, -1, heads, size]), 1, 2)
  mask = __torch__.padding_mask(lengths, ops.prim.max(lengths), 0, q)
  o = torch.scaled_dot_product_attention(qt, kt, vt, mask, 0., False, scale=scale, enable_gqa=False)
  flat = torch.reshape(torch.transpose(o, 1, 2), [-1, heads * size])
  if uneven:
    flat = torch.index_select(flat, 0, scatter)
  return flat
