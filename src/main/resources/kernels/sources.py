# Frozen bottlenecks of n finished adapters side by side: down [n, m, in], down_bias [n, m], up [n, out, m], up_bias
# [n, out], all float32.

# The narrow states of all of them [tokens, n m].
def bank_states(x: Tensor, down: Tensor, down_bias: Tensor, kind: int) -> Tensor:
  rows = torch.reshape(down, [-1, down.shape[2]])
  return __torch__.activated(__torch__.cast_linear(x, rows, torch.reshape(down_bias, [-1])), kind)

# Their sum, scaled by omega [n, out] or [n, 1], as one bottleneck: its last layer is [diag(omega_1) U_1, diag(omega_2) U_2,
# ...] (Frohmann et al. 2024).
def scaled_bottlenecks(x: Tensor, down: Tensor, down_bias: Tensor, up: Tensor, up_bias: Tensor, omega: Tensor, kind: int, dropout: float) -> Tensor:
  if dropout > 0.:
    scale = torch.dropout(omega, dropout, True)
  else:
    scale = omega
  wide = torch.reshape(torch.permute(torch.mul(up, torch.unsqueeze(scale, 2)), [1, 0, 2]), [up.shape[1], -1])
  bias = torch.sum(torch.mul(up_bias, scale), [0])
  return __torch__.cast_linear(__torch__.bank_states(x, down, down_bias, kind), wide, bias)

# What every token takes of them by attention (Pfeiffer et al. 2021); h [tokens, out] asks, matrices [out, out].
def fused_bottlenecks(x: Tensor, h: Tensor, down: Tensor, down_bias: Tensor, up: Tensor, up_bias: Tensor, query: Tensor, query_bias: Tensor, key: Tensor, value: Tensor, kind: int) -> Tensor:
  narrow = torch.reshape(__torch__.bank_states(x, down, down_bias, kind), [x.shape[0], up.shape[0], -1])
  each = torch.matmul(torch.transpose(narrow, 0, 1), torch.transpose(torch.to(up, x.dtype), 1, 2))
  u = torch.add(each, torch.unsqueeze(torch.to(up_bias, x.dtype), 1))
  # (q Kt-fold) u_s is q (K u_s), with one product for all sources
  asked = torch.mm(__torch__.cast_linear(h, query, query_bias), torch.to(key, x.dtype))
  p = torch.softmax(torch.to(torch.sum(torch.mul(u, asked), [2]), 6), 0)
  mixed = torch.sum(torch.mul(u, torch.unsqueeze(torch.to(p, x.dtype), 2)), [0])
  return torch.mm(mixed, torch.t(torch.to(value, x.dtype)))

def apart_from_identity(matrix: Tensor) -> Tensor:
  off = torch.sub(torch.sum(torch.mul(matrix, matrix)), torch.mul(torch.sum(torch.diagonal(matrix)), 2.))
  return torch.add(off, matrix.shape[0])
