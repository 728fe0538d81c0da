# Adaptive budgets (Zhang et al. 2023). An update is s B diag(e) A with A [rank, in], B [out, rank], e [rank, 1].

# Mean over all A and B of |P Pt - I|, times a weight.
def orthogonality(rows: List[Tensor], columns: List[Tensor], weight: float) -> Tensor:
  norms = annotate(List[Tensor], [])
  for a in rows:
    one = torch.eye(a.shape[0], dtype=6, layout=None, device=a.device)
    kept = torch.append(norms, torch.norm(torch.sub(torch.mm(a, torch.t(a)), one)))
  for b in columns:
    one = torch.eye(b.shape[1], dtype=6, layout=None, device=b.device)
    kept2 = torch.append(norms, torch.norm(torch.sub(torch.mm(torch.t(b), b), one)))
  return torch.mul(torch.mean(torch.stack(norms)), weight)

# Running means, in place, of |w g| and of its distance from that mean.
def smooth_sensitivity(w: Tensor, g: Tensor, mean: Tensor, spread: Tensor, beta1: float, beta2: float) -> Tensor:
  now = torch.abs(torch.mul(torch.detach(w), torch.detach(g)))
  m = torch.add_(torch.mul_(mean, beta1), now, alpha=1. - beta1)
  apart = torch.abs(torch.sub(now, m))
  return torch.add_(torch.mul_(spread, beta2), apart, alpha=1. - beta2)

# The importance of every triplet, [rank]: of its own e, and the mean over its row of A and its column of B.
def triplet_scores(a: Tensor, a_spread: Tensor, b: Tensor, b_spread: Tensor, e: Tensor, e_spread: Tensor) -> Tensor:
  of_a = torch.mean(torch.mul(a, a_spread), [1])
  of_b = torch.mean(torch.mul(b, b_spread), [0])
  return torch.add(torch.add(torch.reshape(torch.mul(e, e_spread), [-1]), of_a), of_b)
