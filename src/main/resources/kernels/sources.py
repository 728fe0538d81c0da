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
