# Decompositions, in float32.

# The strongest part of W [out, in] as a pair with W ~ s B A: A [rank, in], B [out, rank].
def principal_pair(weight: Tensor, rank: int, scale: float) -> List[Tensor]:
  u, s, v = torch.linalg_svd(torch.to(weight, 6), False)
  root = torch.sqrt(torch.div(s[:rank], scale))
  a = torch.mul(torch.unsqueeze(root, 1), v[:rank])
  b = torch.mul(u[:, :rank], root)
  return [torch.contiguous(a), torch.contiguous(b)]

# The same by subspace iteration from a random start [in, rank] (Halko et al. 2011, algorithm 4.4).
def principal_pair_iterated(weight: Tensor, start: Tensor, iterations: int, scale: float) -> List[Tensor]:
  w = torch.to(weight, 6)
  q, r = torch.linalg_qr(torch.mm(w, start))
  for i in range(iterations):
    q, r = torch.linalg_qr(torch.mm(torch.t(w), q))
    q, r = torch.linalg_qr(torch.mm(w, q))
  u, s, v = torch.linalg_svd(torch.mm(torch.t(q), w), False)
  root = torch.sqrt(torch.div(s, scale))
  return [torch.contiguous(torch.mul(torch.unsqueeze(root, 1), v)), torch.contiguous(torch.mul(torch.mm(q, u), root))]
