# Low-rank updates of many adapters at once (Chen et al. 2023, Punica; Sheng et al. 2023, S-LoRA). The pool [ranks, width]
# holds one rank of one adapter a row: at every site a row of A and a column of B, the scale already in B.

def rank_mask(owners: Tensor, wanted: Tensor, type: int) -> Tensor:
  # owners [ranks] and wanted [tokens] are numbers of adapters: 1 where the token's adapter owns the rank
  return torch.to(torch.eq(torch.unsqueeze(wanted, 1), torch.unsqueeze(owners, 0)), type)

def add_pooled(y: Tensor, x: Tensor, pool: Tensor, at_a: int, wide: int, at_b: int, out: int, mask: Tensor, index: Tensor, starts: List[int], counts: List[int], ranks: List[int]) -> Tensor:
  # the first tokens against every rank in use, all but their own masked; the spans against their own ranks alone
  tokens, used = mask.shape[0], mask.shape[1]
  a = torch.narrow(pool, 1, at_a, wide)
  b = torch.narrow(pool, 1, at_b, out)
  if tokens > 0:
    inner = torch.mul_(torch.mm(torch.narrow(x, 0, 0, tokens), torch.t(torch.narrow(a, 0, 0, used))), mask)
    done1 = torch.addmm_(torch.narrow(y, 0, 0, tokens), inner, torch.narrow(b, 0, 0, used), beta=1, alpha=1)
  at = 0
  for i in range(torch.len(counts)):
    own = torch.narrow(index, 0, at, ranks[i])
    inner = torch.mm(torch.narrow(x, 0, starts[i], counts[i]), torch.t(torch.index_select(a, 0, own)))
    done2 = torch.addmm_(torch.narrow(y, 0, starts[i], counts[i]), inner, torch.index_select(b, 0, own), beta=1, alpha=1)
    at = at + ranks[i]
  return y

def pack_low_rank(parts: List[Tensor], scales: List[float], pads: List[int], rank: int, type: int) -> Tensor:
  # A [r, in] and B [out, r] of every site in turn to [rank, width]; pads are columns of zeros after each
  columns = annotate(List[Tensor], [])
  for i in range(torch.len(parts)):
    if i % 2 == 0:
      x = torch.detach(parts[i])
    else:
      x = torch.mul(torch.t(torch.detach(parts[i])), scales[i // 2])
    done = torch.append(columns, torch.constant_pad_nd(torch.to(x, type), [0, pads[i], 0, rank - x.shape[0]], 0))
  return torch.contiguous(torch.cat(columns, 1))

def copy_rows(pool: Tensor, rows: Tensor, x: Tensor) -> Tensor:
  return torch.index_copy_(pool, 0, rows, torch.to(x, pool.device, pool.dtype))
