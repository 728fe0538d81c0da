# Weight-decomposed adaptation (Liu et al. 2024): the rows of W + s B A are brought to the length m. W [out, in].
def row_squares(weight: Tensor) -> Tensor:
  w = torch.to(weight, 6)
  return torch.sum(torch.mul(w, w), [1])

def root(squares: Tensor) -> Tensor:
  return torch.sqrt(torch.clamp_min(squares, 0.))

# The lengths of the rows of W + s B A, [out], without that matrix: |w|² + 2 s b·(A w) + s² b·(A At b).
def updated_norm(weight: Tensor, squares: Tensor, a: Tensor, b: Tensor, scale: float) -> Tensor:
  da = torch.detach(a)
  db = torch.detach(b)
  wa = torch.to(torch.mm(weight, torch.t(torch.to(da, weight.dtype))), 6)
  across = torch.sum(torch.mul(wa, db), [1])
  own = torch.sum(torch.mul(torch.mm(db, torch.mm(da, torch.t(da))), db), [1])
  total = torch.add(torch.add(squares, across, alpha=2. * scale), own, alpha=scale * scale)
  return __torch__.root(total)

# y without its bias times f [out]; a bias without elements is none.
def rescale(y: Tensor, bias: Tensor, factor: Tensor) -> Tensor:
  f = torch.to(factor, y.dtype)
  if torch.gt(torch.numel(bias), 0):
    offset = torch.to(bias, y.dtype)
    z = torch.addcmul(offset, torch.sub(y, offset), f)
  else:
    z = torch.mul(y, f)
  return z

# With dropped inputs only the change against the frozen layer sees them: y + (f - 1) frozen + f update.
def rescale_dropped(y: Tensor, frozen: Tensor, bias: Tensor, dropped: Tensor, a: Tensor, b: Tensor, scale: float, factor: Tensor) -> Tensor:
  f = torch.to(factor, y.dtype)
  if torch.gt(torch.numel(bias), 0):
    plain = torch.sub(frozen, torch.to(bias, y.dtype))
  else:
    plain = frozen
  narrow = torch.mm(dropped, torch.t(torch.to(a, y.dtype)))
  update = torch.mul(torch.mm(narrow, torch.t(torch.to(b, y.dtype))), scale)
  return torch.add(torch.add(y, torch.mul(torch.sub(f, 1.), plain)), torch.mul(f, update))

def drop(x: Tensor, probability: float) -> Tensor:
  return torch.dropout(x, probability, True)

def fold_magnitude(weight: Tensor, b: Tensor, a: Tensor, scale: float, factor: Tensor) -> Tensor:
  delta = torch.mm(torch.detach(b), torch.detach(a))
  whole = torch.add(torch.to(weight, 6), delta, alpha=scale)
  return torch.to(torch.mul(whole, torch.unsqueeze(torch.detach(factor), 1)), weight.dtype)
