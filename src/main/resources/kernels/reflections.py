# Chains of Householder reflections H1 H2 ... Hr, Hi = I - 2 ui ui^T / |ui|^2, for u [in, rank] in float32.

# Every column twice in a row, so that neighbours undo each other.
def twice_each(u: Tensor) -> Tensor:
  return torch.reshape(torch.stack([u, u], -1), [u.shape[0], -1])

# The chain as I - V T V^T: V [in, rank] and T [rank, rank] (Joffrain et al. 2006, Accumulating Householder
# transformations, revisited). Orthogonal reflections commute, and T is two.
def reflection_chain(u: Tensor, orthogonal: bool) -> Tuple[Tensor, Tensor]:
  if orthogonal:
    v, triangle = torch.linalg_qr(u)
    t = torch.diag_embed(torch.full_like(torch.select(u, 0, 0), 2.))
  else:
    v = torch.div(u, torch.norm(u, 2, [0], True))
    gram = torch.mm(torch.t(v), v)
    half = torch.diag_embed(torch.full_like(torch.select(u, 0, 0), 0.5))
    t = torch.linalg_inv(torch.add(torch.triu(gram, 1), half))
  return (v, t)

# x [tokens, in] as the layer is fed with it: x (H1 ... Hr)^T.
def reflect(x: Tensor, u: Tensor, orthogonal: bool) -> Tensor:
  v, t = __torch__.reflection_chain(u, orthogonal)
  across = torch.to(torch.mm(v, t), x.dtype)
  parts = torch.mm(x, torch.to(v, x.dtype))
  return torch.sub(x, torch.mm(parts, torch.t(across)))

# W [out, in] times H1 ... Hr.
def fold_reflections(weight: Tensor, u: Tensor, orthogonal: bool) -> Tensor:
  v, t = __torch__.reflection_chain(torch.detach(u), orthogonal)
  w = torch.to(weight, 6)
  return torch.to(torch.sub(w, torch.mm(torch.mm(w, torch.mm(v, t)), torch.t(v))), weight.dtype)
