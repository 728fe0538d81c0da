# AdamW (Loshchilov and Hutter 2019, as torch.optim.AdamW computes it) and gradient clipping.

def adamw_step(parameters: List[Tensor], parts: List[Tensor], whole: Tensor, first: Tensor, second: Tensor, rate: float, beta1: float, beta2: float, epsilon: float, decay: float, step: int) -> Tensor:
  # step counts from 1; parameters and moments change in place. whole has the gradients of all parameters and afterwards what
  # was added to them; parts are its parts by parameter
  recording = torch.is_grad_enabled()
  torch.set_grad_enabled(False)
  if decay != 0.:
    torch._foreach_mul_(parameters, 1. - rate * decay)
  done1 = torch.add_(torch.mul_(first, beta1), whole, alpha=1. - beta1)
  done2 = torch.addcmul_(torch.mul_(second, beta2), whole, whole, value=1. - beta2)
  denominator = torch.add_(torch.div_(torch.sqrt(second), torch.sqrt(1. - torch.pow(beta2, step))), epsilon)
  done3 = torch.mul_(torch.div(first, denominator, out=whole), torch.neg(rate / (1. - torch.pow(beta1, step))))
  torch._foreach_add_(parameters, parts)
  torch.set_grad_enabled(recording)
  return whole

def copy_all(targets: List[Tensor], sources: List[Tensor]) -> int:
  torch._foreach_copy_(targets, sources)
  return torch.len(targets)

def clip_gradients(gradients: List[Tensor], most: float) -> Tensor:
  # returns the norm of all gradients together before clipping, [1]; most = 0 leaves them alone
  norms = torch._foreach_norm(gradients)
  total = torch.linalg_vector_norm(torch.stack(norms))
  if most > 0.:
    factor = torch.clamp_max(torch.div(most, torch.add(total, 0.000001)), 1.)
    torch._foreach_mul_(gradients, factor)
  return torch.view(total, [1])

def accumulate(sums: List[Tensor], parts: List[Tensor]) -> Tensor:
  torch._foreach_add_(sums, parts)
  return sums[0]
