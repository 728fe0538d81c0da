# A narrow two-layer network beside a frozen part. Weights are float32 [out, in] whatever x is; a bias or a learned factor
# without elements is none.

def activated(x: Tensor, kind: int) -> Tensor:
  # 0 identity, 1 relu, 2 gelu, 3 gelu by tanh, 4 tanh, 5 silu
  y = x
  if kind == 1:
    y = torch.relu(x)
  if kind == 2:
    y = torch.gelu(x)
  if kind == 3:
    y = torch.gelu(x, approximate="tanh")
  if kind == 4:
    y = torch.tanh(x)
  if kind == 5:
    y = torch.silu(x)
  return y

def cast_linear(x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
  # x Wt + b in the type of x
  w = torch.t(torch.to(weight, x.dtype))
  if torch.numel(bias) > 0:
    y = torch.addmm(torch.to(bias, x.dtype), x, w)
  else:
    y = torch.mm(x, w)
  return y

def bottleneck(x: Tensor, down: Tensor, down_bias: Tensor, up: Tensor, up_bias: Tensor, kind: int, scale: float, factor: Tensor, dropout: float) -> Tensor:
  if dropout > 0.:
    source = torch.dropout(x, dropout, True)
  else:
    source = x
  narrow = __torch__.activated(__torch__.cast_linear(source, down, down_bias), kind)
  y = __torch__.cast_linear(narrow, up, up_bias)
  if scale != 1.:
    y = torch.mul(y, scale)
  if torch.numel(factor) > 0:
    y = torch.mul(y, torch.to(factor, y.dtype))
  return y
