# Attention over a pool of pages [pages, tokens a page, heads, size]; a sequence is a table of page numbers.

def write_slots(pool: Tensor, x: Tensor, slots: Tensor) -> Tensor:
  # slot = page · tokens a page + place in the page
  return torch.index_copy_(torch.view(pool, [-1, pool.shape[2], pool.shape[3]]), 0, slots, x)

def decode_mask(ends: Tensor, length: int, window: int, type: int) -> Tensor:
  # what one new token a row at position `ends` sees of `length` places: 0 or minus infinity, [rows, 1, 1, length]
  columns = torch.view(torch.arange(length, dtype=None, layout=None, device=ends.device), [1, 1, 1, length])
  last = torch.view(ends, [-1, 1, 1, 1])
  hidden = torch.gt(columns, last)
  if window > 0:
    hidden = torch.logical_or(hidden, torch.le(columns, torch.sub(last, window)))
  zeros = torch.zeros([ends.shape[0], 1, 1, length], dtype=type, layout=None, device=ends.device)
  return torch.masked_fill(zeros, hidden, -float("inf"))

def masked_attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor, scale: float) -> Tensor:
  # q [rows, heads, queries, size], mask [rows, 1, 1, length]. On recent cards libtorch would choose cuDNN, which plans anew,
  # for 50 to 100 ms, for every number of rows or length that it has not met
  if q.is_cuda and q.shape[3] % 8 == 0 and k.shape[2] % 8 == 0:
    bias = torch.expand(mask, [q.shape[0], q.shape[1], q.shape[2], k.shape[2]], implicit=False)
    o = torch._scaled_dot_product_efficient_attention(q, k, v, bias, False, 0., False, scale=scale)[0]
  else:
    o = torch.scaled_dot_product_attention(q, k, v, mask, 0., False, scale=scale, enable_gqa=False)
  return o

def decode_pages(q: Tensor, keys: Tensor, values: Tensor, table: Tensor, mask: Tensor, scale: float) -> Tensor:
  # one new token a row: q [rows, heads, size]; heads that share keys are the queries of one head
  n, heads, size, own = q.shape[0], q.shape[1], q.shape[2], keys.shape[2]
  k = torch.transpose(torch.view(torch.index_select(keys, 0, table), [n, -1, own, size]), 1, 2)
  v = torch.transpose(torch.view(torch.index_select(values, 0, table), [n, -1, own, size]), 1, 2)
  queries = torch.view(torch.contiguous(q), [n, own, heads // own, size])
  return torch.reshape(__torch__.masked_attention(queries, k, v, mask, scale), [n, heads * size])

def extend_pages(q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, table: Tensor, start: int, scale: float, window: int) -> Tensor:
  # several new tokens of one row, their own keys and values already in the pages
  count = q.shape[0]
  if start == 0:
    o = torch.reshape(__torch__.causal_attention(torch.unsqueeze(q, 0), torch.unsqueeze(k, 0), torch.unsqueeze(v, 0), scale, window), [count, -1])
  else:
    total = start + count
    past = torch.narrow(torch.reshape(torch.index_select(keys, 0, table), [-1, keys.shape[2], keys.shape[3]]), 0, 0, total)
    seen = torch.narrow(torch.reshape(torch.index_select(values, 0, table), [-1, keys.shape[2], keys.shape[3]]), 0, 0, total)
    o = __torch__.attend_row(q, torch.transpose(past, 0, 1), torch.transpose(seen, 0, 1), start, scale, window)
  return o

def paged_attention(q: Tensor, k: Tensor, v: Tensor, keys: Tensor, values: Tensor, slots: Tensor, tables: Tensor, mask: Tensor, singles: int, width: int, starts: List[int], counts: List[int], scale: float, window: int) -> Tensor:
  # q, k, v [tokens, heads, size]: first one token of each of `singles` rows, whose tables have `width` pages, then
  # `counts` tokens of rows that had `starts` tokens before; `tables` holds the tables of all rows end to end
  done1 = __torch__.write_slots(keys, k, slots)
  done2 = __torch__.write_slots(values, v, slots)
  parts = annotate(List[Tensor], [])
  if singles > 0:
    done3 = torch.append(parts, __torch__.decode_pages(torch.narrow(q, 0, 0, singles), keys, values, torch.narrow(tables, 0, 0, singles * width), mask, scale))
  at = singles
  entry = singles * width
  size = keys.shape[1]
  for i in range(torch.len(counts)):
    count = counts[i]
    pages = (starts[i] + count + size - 1) // size
    o = __torch__.extend_pages(torch.narrow(q, 0, at, count), torch.narrow(k, 0, at, count), torch.narrow(v, 0, at, count), keys, values, torch.narrow(tables, 0, entry, pages), starts[i], scale, window)
    done4 = torch.append(parts, o)
    at = at + count
    entry = entry + pages
  if torch.len(parts) == 1:
    out = parts[0]
  else:
    out = torch.cat(parts, 0)
  return out

def clean_page(memory: Tensor, page: int) -> Tensor:
  # memory [pages, elements]
  return torch.zero_(torch.select(memory, 0, page))

def move_pages(memory: Tensor, origin: Tensor, target: Tensor) -> Tensor:
  return torch.index_copy_(memory, 0, target, torch.index_select(memory, 0, origin))

def pack_tensors(tensors: List[Tensor], aligned: int, type: int, size: int) -> Tensor:
  # the bytes of tensors of any types end to end, each beginning at a multiple of `aligned`, seen as numbers of one type
  parts = annotate(List[Tensor], [])
  for i in range(torch.len(tensors)):
    x = torch.reshape(torch.contiguous(torch.detach(tensors[i])), [-1])
    bytes = __torch__.seen_as(x, 0, 0, 1, [torch.numel(x) * torch.element_size(x)])
    done = torch.append(parts, torch.constant_pad_nd(bytes, [0, (aligned - torch.numel(bytes) % aligned) % aligned], 0))
  all = torch.cat(parts, 0)
  return __torch__.seen_as(all, 0, type, size, [torch.numel(all) // size])
