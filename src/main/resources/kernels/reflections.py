# Chains of Householder reflections H1 H2 ... Hr, Hi = I - 2 ui ui^T / |ui|^2, for u [in, rank] in float32.

# Every column twice in a row, so that neighbours undo each other.
def twice_each(u: Tensor) -> Tensor:
  return torch.reshape(torch.stack([u, u], -1), [u.shape[0], -1])

# The chain as I - A V^T: V [in, rank] of columns of length one and A = V T [in, rank], where T^-1 = I / 2 + striu(V^T V)
# (Joffrain et al. 2006, Accumulating Householder transformations, revisited). Orthogonal reflections commute: A = 2 V.
def reflection_chain(u: Tensor, orthogonal: bool) -> Tuple[Tensor, Tensor]:
  if orthogonal:
    v, triangle = torch.linalg_qr(u)
    a = torch.mul(v, 2.)
  else:
    v = torch.div(u, torch.norm(u, 2, [0], True))
    half = torch.diag_embed(torch.full_like(torch.select(u, 0, 0), 0.5))
    inverse = torch.add(torch.triu(torch.mm(torch.t(v), v), 1), half)
    a = torch.linalg_solve_triangular(inverse, v, upper=True, left=False)
  return (v, a)

# x [tokens, in] as the layer is fed with it: x (H1 ... Hr)^T.
def reflect(x: Tensor, u: Tensor, orthogonal: bool) -> Tensor:
  v, a = __torch__.reflection_chain(u, orthogonal)
  parts = torch.mm(x, torch.to(v, x.dtype))
  return torch.addmm(x, parts, torch.t(torch.to(a, x.dtype)), beta=1, alpha=-1)

# W [out, in] times H1 ... Hr.
def fold_reflections(weight: Tensor, u: Tensor, orthogonal: bool) -> Tensor:
  v, a = __torch__.reflection_chain(torch.detach(u), orthogonal)
  w = torch.to(weight, 6)
  return torch.to(torch.sub(w, torch.mm(torch.mm(w, a), torch.t(v))), weight.dtype)
