# Mixtures of low-rank experts (Gao et al. 2024). A [experts, rank, in], B [experts, rank, out], router [experts, in].

# [gates [tokens, experts], balance]: the k largest probabilities of every token brought to the sum 1, zeros elsewhere, and
# experts times the sum of (part of the choices) times (mean probability).
def route(x: Tensor, router: Tensor, k: int) -> List[Tensor]:
  p = torch.softmax(torch.mm(torch.to(x, 6), torch.t(router)), -1)
  best, places = torch.topk(p, k, -1, True, True)
  gates = torch.scatter(torch.zeros_like(p), 1, places, torch.div(best, torch.sum(best, [-1], True)))
  chosen = torch.scatter(torch.zeros_like(torch.detach(p)), 1, places, torch.ones_like(torch.detach(best)))
  part = torch.div(torch.mean(chosen, [0]), k)
  balance = torch.mul(torch.sum(torch.mul(part, torch.mean(p, [0]))), p.shape[1])
  return [gates, balance]

# What the experts add, weighted by the gates: all experts' narrow states side by side, those not chosen times zero.
def gated_states(x: Tensor, gates: Tensor, a: Tensor, dropout: float) -> Tensor:
  if torch.gt(dropout, 0.):
    source = torch.dropout(x, dropout, True)
  else:
    source = x
  rows = torch.to(torch.reshape(a, [-1, a.shape[2]]), x.dtype)
  narrow = torch.reshape(torch.mm(source, torch.t(rows)), [x.shape[0], a.shape[0], a.shape[1]])
  return torch.reshape(torch.mul(narrow, torch.unsqueeze(torch.to(gates, x.dtype), 2)), [x.shape[0], -1])

def experts(x: Tensor, gates: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
  states = __torch__.gated_states(x, gates, a, 0.)
  return torch.mul(torch.mm(states, torch.to(torch.reshape(b, [-1, b.shape[2]]), x.dtype)), scale)

# The same added to y in place.
def add_experts(y: Tensor, x: Tensor, gates: Tensor, a: Tensor, b: Tensor, scale: float, dropout: float) -> Tensor:
  states = __torch__.gated_states(x, gates, a, dropout)
  return torch.addmm_(y, states, torch.to(torch.reshape(b, [-1, b.shape[2]]), x.dtype), beta=1, alpha=scale)
