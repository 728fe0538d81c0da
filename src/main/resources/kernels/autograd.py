# Reverse-mode differentiation from inside a kernel.
def ones_as(x: Tensor) -> Tensor:
  return torch.ones_like(x)

def gradients_of(loss: Tensor, sources: List[Tensor]) -> List[Tensor]:
  found = torch.grad([loss], sources, annotate(List[Optional[Tensor]], [torch.ones_like(loss)]), False, False, True)
  result = annotate(List[Tensor], [])
  for i in range(torch.len(sources)):
    g = found[i]
    if torch.__isnot__(g, None):
      d = unchecked_cast(Tensor, g)
    else:
      d = torch.zeros_like(sources[i])
    _ = torch.append(result, d)
  return result

# The gradients that outputs, whose own gradients are the seeds, hand on to their sources; outputs that come from none of
# them are passed over.
def chained_gradients(outputs: List[Tensor], seeds: List[Tensor], sources: List[Tensor]) -> List[Tensor]:
  made = annotate(List[Tensor], [])
  given = annotate(List[Optional[Tensor]], [])
  for i in range(torch.len(outputs)):
    if outputs[i].requires_grad:
      kept = torch.append(made, outputs[i])
      kept2 = torch.append(given, seeds[i])
  found = torch.grad(made, sources, given, False, False, True)
  result = annotate(List[Tensor], [])
  for i in range(torch.len(sources)):
    g = found[i]
    if torch.__isnot__(g, None):
      d = unchecked_cast(Tensor, g)
    else:
      d = torch.zeros_like(sources[i])
    _ = torch.append(result, d)
  return result

# A seed from libtorch's own generator, so that the generator's seed decides it.
def drawn_seed() -> Tensor:
  return torch.randint(0, 2147483647, [1], dtype=4, layout=None, device=torch.device("cpu"))

# 1 for what a gradient can be taken back through, otherwise 0; the glue's own question knows leaves alone.
def is_differentiated(x: Tensor) -> Tensor:
  flag = torch.zeros([1])
  if x.requires_grad:
    flag = torch.ones([1])
  return flag
