# Next-token cross-entropy in chunks that never hold the logits of all tokens.

def head_loss(hidden: Tensor, head: Tensor, labels: Tensor, weight: float, chunk: int) -> List[Tensor]:
  recording = torch.is_grad_enabled()
  torch.set_grad_enabled(False)
  n = hidden.shape[0]
  gradient = torch.empty_like(hidden)
  loss = torch.zeros([1], dtype=6, layout=None, device=hidden.device)
  correct = torch.zeros([1], dtype=4, layout=None, device=hidden.device)
  start = 0
  while start < n:
    end = ops.prim.min(start + chunk, n)
    rows = hidden[start:end]
    y = torch.unsqueeze(labels[start:end], 1)
    logits = torch.mm(rows, torch.t(head))
    chosen = torch.gather(logits, 1, y)
    correct = torch.add_(correct, torch.sum(torch.ge(chosen, torch.amax(logits, [-1], True))))
    p = torch.softmax(logits, -1, dtype=6)
    loss = torch.sub_(loss, torch.sum(torch.log(torch.clamp_min(torch.gather(p, 1, y), 1e-37))))
    p = torch.scatter_add_(p, 1, y, torch.neg(torch.ones_like(y, dtype=6)))
    part = torch.mul_(torch.mm(torch.to(p, hidden.dtype), head), weight)
    done2 = torch.copy_(gradient[start:end], part)
    start = end
  torch.set_grad_enabled(recording)
  return [loss, correct, gradient]

def token_loss(logits: Tensor, labels: Tensor) -> List[Tensor]:
  # sum of the cross-entropy [1] and number of right guesses [1]; logits [tokens, vocabulary], differentiable
  values = torch.to(logits, 6)
  y = torch.unsqueeze(labels, 1)
  chosen = torch.gather(torch.detach(values), 1, y)
  correct = torch.sum(torch.ge(chosen, torch.amax(torch.detach(values), [-1], True)))
  loss = torch.neg(torch.sum(torch.gather(torch.log_softmax(values, -1), 1, y)))
  return [torch.view(loss, [1]), torch.view(correct, [1])]

def spread_rows(rows: Tensor, indices: Tensor, count: int) -> Tensor:
  # rows back to their places among count, zeros elsewhere
  return torch.index_copy(torch.zeros([count, rows.shape[1]], dtype=rows.dtype, layout=None, device=rows.device), 0, indices, rows)
