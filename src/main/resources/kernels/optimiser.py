# AdamW (Loshchilov and Hutter 2019, as torch.optim.AdamW computes it) over lists of parameters, and gradient clipping.

def adamw_step(parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], rate: float, beta1: float, beta2: float, epsilon: float, decay: float, step: int) -> Tensor:
  # step counts from 1; parameters and moments change in place
  recording = torch.is_grad_enabled()
  torch.set_grad_enabled(False)
  torch._foreach_mul_(parameters, 1. - rate * decay)
  torch._foreach_mul_(first, beta1)
  torch._foreach_add_(first, gradients, alpha=1. - beta1)
  torch._foreach_mul_(second, beta2)
  torch._foreach_addcmul_(second, gradients, gradients, 1. - beta2)
  denominators = torch._foreach_sqrt(second)
  torch._foreach_div_(denominators, torch.sqrt(1. - torch.pow(beta2, step)))
  torch._foreach_add_(denominators, epsilon)
  torch._foreach_addcdiv_(parameters, first, denominators, torch.neg(rate / (1. - torch.pow(beta1, step))))
  torch.set_grad_enabled(recording)
  return parameters[0]

def clip_gradients(gradients: List[Tensor], most: float) -> Tensor:
  # returns the norm of all gradients together before clipping, [1]; most = 0 leaves them alone
  norms = torch._foreach_norm(gradients)
  total = torch.linalg_vector_norm(torch.stack(norms))
  if most > 0.:
    factor = torch.clamp_max(torch.div(most, torch.add(total, 0.000001)), 1.)
    for g in gradients:
      scaled = torch.mul_(g, factor)
  return torch.view(total, [1])

def accumulate(sums: List[Tensor], parts: List[Tensor]) -> Tensor:
  torch._foreach_add_(sums, parts)
  return sums[0]
