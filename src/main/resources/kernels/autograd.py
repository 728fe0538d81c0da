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

# The gradients that outputs, whose own gradients are the seeds, hand on to their sources.
def chained_gradients(outputs: List[Tensor], seeds: List[Tensor], sources: List[Tensor]) -> List[Tensor]:
  given = annotate(List[Optional[Tensor]], [])
  for seed in seeds:
    kept = torch.append(given, seed)
  found = torch.grad(outputs, sources, given, False, False, True)
  result = annotate(List[Tensor], [])
  for i in range(torch.len(sources)):
    g = found[i]
    if torch.__isnot__(g, None):
      d = unchecked_cast(Tensor, g)
    else:
      d = torch.zeros_like(sources[i])
    _ = torch.append(result, d)
  return result
