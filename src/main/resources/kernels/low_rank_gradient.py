# The gradient of a Llama-type block whose only trainable parts are low-rank pairs on its linear layers, written out.
# Weights: norm1, q with k and v below, o, norm2, gate, up, down. Biases: of q, k and v together, o, gate, up, down. Pairs: q,
# k, v, o, gate, up, down. An absent bias or pair has no elements. a is [rank, in], b is [out, rank] and already multiplied by its scale. Attention and norms are small autograd
# segments: their outputs are kept with their history and differentiated where the backward pass reaches them.

def frozen_linear(x: Tensor, w: Tensor, bias: Tensor) -> Tensor:
  if torch.numel(bias) > 0:
    y = torch.addmm(bias, x, torch.t(w))
  else:
    y = torch.mm(x, torch.t(w))
  return y

def add_pair(y: Tensor, t: Tensor, b: Tensor) -> Tensor:
  # in place, where there is a pair
  if torch.numel(b) > 0:
    y = torch.addmm_(y, t, torch.t(b))
  return y

def kept_norm(x: Tensor, w: Tensor, eps: float) -> Tuple[Tensor, Tensor, Tensor]:
  # (leaf, norm, inverse root [n, 1]); on a GPU the norm keeps its history instead and the last is empty
  leaf = torch.detach(x)
  if x.is_cuda:
    recording = torch.is_grad_enabled()
    torch.set_grad_enabled(True)
    leaf = torch.requires_grad_(leaf, True)
    h = torch.rms_norm(leaf, [x.shape[-1]], w, eps)
    torch.set_grad_enabled(recording)
    s = torch.zeros([0])
  else:
    length = torch.linalg_vector_norm(x, 2, [-1], True)
    s = torch.rsqrt_(torch.add_(torch.div_(torch.mul_(length, length), x.shape[-1]), eps))
    h = torch.mul_(torch.mul(x, s), w)
  return (leaf, h, s)

def kept_norm_gradient(leaf: Tensor, h: Tensor, s: Tensor, w: Tensor, dh: Tensor) -> Tensor:
  # of y = w x s with s = (mean x² + ε)^-1/2: dx = s (w dy) − x s³ mean(x w dy)
  if torch.numel(s) == 0:
    dx = __torch__.segment_gradients(h, [leaf], dh)[0]
  else:
    wd = torch.mul(dh, w)
    along = torch.sum(torch.mul(wd, leaf), [-1], True)
    factor = torch.div_(torch.mul_(torch.mul_(torch.mul_(along, s), s), s), torch.neg(leaf.shape[-1]))
    dx = torch.addcmul_(torch.mul_(wd, s), leaf, factor)
  return dx

def thin_product(x: Tensor, b: Tensor) -> Tensor:
  # x [n, out] times b [out, rank]; a CPU is more than twice as fast when the thin operand is laid along its rank
  if x.is_cuda:
    y = torch.mm(x, b)
  else:
    y = torch.mm(x, torch.t(torch.contiguous(torch.t(b))))
  return y

def thin_gradient(dy: Tensor, t: Tensor) -> Tensor:
  # dyᵀ t, [out, rank]; on a CPU as the transpose of tᵀ dy, which is five times as fast
  if dy.is_cuda:
    y = torch.mm(torch.t(dy), t)
  else:
    y = torch.contiguous(torch.t(torch.mm(torch.t(t), dy)))
  return y

def llama_block_forward(x: Tensor, w: List[Tensor], biases: List[Tensor], a: List[Tensor], b: List[Tensor], lengths: List[int], cos: Tensor, sin: Tensor, eps: float, scale: float, window: int) -> List[Tensor]:
  recording = torch.is_grad_enabled()
  n, size = x.shape[0], cos.shape[-1]
  torch.set_grad_enabled(False)
  xl, h, s1 = __torch__.kept_norm(x, w[0], eps)
  hd = torch.detach(h)
  rq, rk, rv = a[0].shape[0], a[1].shape[0], a[2].shape[0]
  t = torch.mm(hd, torch.t(torch.cat([a[0], a[1], a[2]], 0)))
  ts = torch.split_with_sizes(t, [rq, rk, rv], 1)
  z = __torch__.frozen_linear(hd, w[1], biases[0])
  zs = torch.split_with_sizes(z, [b[0].shape[0], b[1].shape[0], b[2].shape[0]], 1)
  q = __torch__.rotated(torch.view(__torch__.add_pair(zs[0], ts[0], b[0]), [n, -1, size]), cos, sin)
  k = __torch__.rotated(torch.view(__torch__.add_pair(zs[1], ts[1], b[1]), [n, -1, size]), cos, sin)
  v = torch.view(torch.contiguous(__torch__.add_pair(zs[2], ts[2], b[2])), [n, -1, size])
  blocks = annotate(List[Tensor], [])
  if __torch__.block_attention_fits(q, lengths, window):
    parts = __torch__.block_attention_forward(q, k, v, lengths, scale)
    o = parts[0]
    blocks = parts[1:]
  else:
    q, k, v = torch.requires_grad_(q, True), torch.requires_grad_(k, True), torch.requires_grad_(v, True)
    torch.set_grad_enabled(True)
    o = __torch__.document_attention(q, k, v, lengths, scale, window)
    torch.set_grad_enabled(False)
  od = torch.detach(o)
  to = torch.mm(od, torch.t(a[3]))
  x2 = torch.add_(__torch__.add_pair(__torch__.frozen_linear(od, w[2], biases[1]), to, b[3]), x)
  x2, h2, s2 = __torch__.kept_norm(x2, w[3], eps)
  h2d = torch.detach(h2)
  tg = torch.mm(h2d, torch.t(torch.cat([a[4], a[5]], 0)))
  tgs = torch.split_with_sizes(tg, [a[4].shape[0], a[5].shape[0]], 1)
  g = __torch__.add_pair(__torch__.frozen_linear(h2d, w[4], biases[2]), tgs[0], b[4])
  u = __torch__.add_pair(__torch__.frozen_linear(h2d, w[5], biases[3]), tgs[1], b[5])
  p = torch.mul_(torch.silu(g), u)
  td = torch.mm(p, torch.t(a[6]))
  y = torch.add_(__torch__.add_pair(__torch__.frozen_linear(p, w[6], biases[4]), td, b[6]), torch.detach(x2))
  torch.set_grad_enabled(recording)
  return [y, xl, h, t, q, k, v, o, to, x2, h2, tg, g, u, td, s1, s2] + blocks

def segment_gradients(outputs: Tensor, inputs: List[Tensor], gradient: Tensor) -> List[Tensor]:
  found = torch.grad([outputs], inputs, annotate(List[Optional[Tensor]], [gradient]))
  result = annotate(List[Tensor], [])
  for g in found:
    done1 = torch.append(result, unchecked_cast(Tensor, g))
  return result

def llama_block_backward(dy: Tensor, s: List[Tensor], w: List[Tensor], a: List[Tensor], b: List[Tensor], cos: Tensor, sin: Tensor, input_needed: bool) -> List[Tensor]:
  recording = torch.is_grad_enabled()
  torch.set_grad_enabled(False)
  xl, h, t, q, k, v, o = s[1], s[2], s[3], s[4], s[5], s[6], s[7]
  to, x2, h2, tg, g, u, td = s[8], s[9], s[10], s[11], s[12], s[13], s[14]
  n = dy.shape[0]
  rq, rk, rg = a[0].shape[0], a[1].shape[0], a[4].shape[0]
  gate = torch.silu(g)
  p = torch.mul(gate, u)
  gd = __torch__.thin_product(dy, b[6])
  da_d = torch.mm(torch.t(gd), p)
  db_d = __torch__.thin_gradient(dy, td)
  dp = torch.addmm_(torch.mm(dy, w[6]), gd, a[6])
  du = torch.mul_(gate, dp)
  dg = torch.silu_backward(torch.mul_(dp, u), g)
  ggu = torch.cat([__torch__.thin_product(dg, b[4]), __torch__.thin_product(du, b[5])], 1)
  da_gu = torch.mm(torch.t(ggu), torch.detach(h2))
  db_g = __torch__.thin_gradient(dg, tg[:, :rg])
  db_u = __torch__.thin_gradient(du, tg[:, rg:])
  dh = torch.addmm_(torch.mm(dg, w[4]), du, w[5])
  dh = torch.addmm_(dh, ggu, torch.cat([a[4], a[5]], 0))
  dx2 = torch.add_(__torch__.kept_norm_gradient(x2, h2, s[16], w[3], dh), dy)
  go = __torch__.thin_product(dx2, b[3])
  da_o = torch.mm(torch.t(go), torch.detach(o))
  db_o = __torch__.thin_gradient(dx2, to)
  do = torch.addmm_(torch.mm(dx2, w[2]), go, a[3])
  if torch.len(s) > 17:
    dqkv = __torch__.block_attention_backward(q, k, v, s[17:], do, 1. / torch.sqrt(cos.shape[-1]))
  else:
    dqkv = __torch__.segment_gradients(o, [q, k, v], do)
  back = torch.neg(sin)
  dz = torch.empty([n, w[1].shape[0]], dtype=dy.dtype, layout=None, device=dy.device)
  ds = torch.split_with_sizes(dz, [b[0].shape[0], b[1].shape[0], b[2].shape[0]], 1)
  done1 = __torch__.rotate_into(torch.view(ds[0], q.shape), dqkv[0], cos, back)
  done2 = __torch__.rotate_into(torch.view(ds[1], k.shape), dqkv[1], cos, back)
  done3 = torch.copy_(torch.view(ds[2], v.shape), dqkv[2])
  gqkv = torch.cat([__torch__.thin_product(ds[0], b[0]), __torch__.thin_product(ds[1], b[1]), __torch__.thin_product(ds[2], b[2])], 1)
  da_qkv = torch.mm(torch.t(gqkv), torch.detach(h))
  db_q = __torch__.thin_gradient(ds[0], t[:, :rq])
  db_k = __torch__.thin_gradient(ds[1], t[:, rq:rq + rk])
  db_v = __torch__.thin_gradient(ds[2], t[:, rq + rk:])
  if input_needed:
    dh1 = torch.addmm_(torch.mm(dz, w[1]), gqkv, torch.cat([a[0], a[1], a[2]], 0))
    dx = torch.add_(__torch__.kept_norm_gradient(xl, h, s[15], w[0], dh1), dx2)
  else:
    dx = dx2
  torch.set_grad_enabled(recording)
  return [dx, da_qkv[:rq], db_q, da_qkv[rq:rq + rk], db_k, da_qkv[rq + rk:], db_v, da_o, db_o, da_gu[:rg], db_g, da_gu[rg:], db_u, da_d, db_d]

def rotate_into(y: Tensor, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  # y = x cos + swap(x) sin without ever holding the swapped halves
  half = x.shape[-1] // 2
  done1 = torch.mul(x, cos, out=y)
  done2 = torch.addcmul_(y[..., :half], x[..., half:], sin[..., :half])
  done3 = torch.addcmul_(y[..., half:], x[..., :half], sin[..., half:])
  return y

def rotated(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
  return __torch__.rotate_into(torch.empty(x.shape, dtype=x.dtype, layout=None, device=x.device), x, cos, sin)

def norm_segment(x: Tensor, weight: Tensor, epsilon: float) -> List[Tensor]:
  recording = torch.is_grad_enabled()
  torch.set_grad_enabled(True)
  leaf = torch.requires_grad_(torch.detach(x), True)
  h = torch.rms_norm(leaf, [x.shape[-1]], weight, epsilon)
  torch.set_grad_enabled(recording)
  return [leaf, h]

def norm_segment_gradient(leaf: Tensor, h: Tensor, gradient: Tensor) -> Tensor:
  return __torch__.segment_gradients(h, [leaf], gradient)[0]

def cast_together(parts: List[Tensor], factors: List[float], alike: bool, type: int) -> List[Tensor]:
  # every tensor times its factor in another type; hundreds of small ones of one shape are a handful of operations
  recording = torch.is_grad_enabled()
  torch.set_grad_enabled(False)
  result = annotate(List[Tensor], [])
  if alike:
    even = True
    for f in factors:
      even = even and f == factors[0]
    whole = torch.stack(parts)
    if even:
      whole = torch.mul_(whole, factors[0])
    else:
      for i in range(torch.len(factors)):
        done1 = torch.mul_(whole[i], factors[i])
    result = torch.unbind(torch.to(whole, type))
  else:
    for i in range(torch.len(parts)):
      done2 = torch.append(result, torch.to(torch.mul(parts[i], factors[i]), type))
  torch.set_grad_enabled(recording)
  return result
