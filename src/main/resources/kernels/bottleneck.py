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

def fill_slot(stack: Tensor, slot: int, values: Tensor) -> Tensor:
  # values [rows, columns] or [columns], or none, into a slot of stack [slots, rows, columns] that may be larger: zeros else
  place = torch.zero_(torch.select(stack, 0, slot))
  if torch.numel(values) > 0:
    own = torch.detach(torch.reshape(values, [-1, values.shape[-1]]))
    done = torch.copy_(torch.narrow(torch.narrow(place, 0, 0, own.shape[0]), 1, 0, own.shape[1]), own)
  return place

def of_lanes(stack: Tensor, first: int, lanes: int, slots: Tensor) -> Tensor:
  if torch.numel(slots) > 0:
    own = torch.index_select(stack, 0, slots)
  else:
    own = torch.narrow(stack, 0, first, lanes)
  return own

def lane_linear(x: Tensor, weight: Tensor, bias: Tensor, first: int, lanes: int, slots: Tensor) -> Tensor:
  # x [lanes, longest, in] by weight [slots, out, in] and bias [slots, 1, out] or none
  w = torch.transpose(__torch__.of_lanes(weight, first, lanes, slots), 1, 2)
  if torch.numel(bias) > 0:
    y = torch.baddbmm(__torch__.of_lanes(bias, first, lanes, slots), x, w)
  else:
    y = torch.bmm(x, w)
  return y

def add_bottlenecks(y: Tensor, x: Tensor, down: Tensor, up: Tensor, down_bias: Tensor, up_bias: Tensor, kind: int, first: int, lanes: int, slots: Tensor, gather: Tensor, tokens: Tensor, back: Tensor) -> Tensor:
  # y [tokens, out], in place, plus act(x Dt + d) Ut + u by the slot of each token: gather [lanes * longest] has the tokens
  # of every lane, back the places of those that are no filling
  own = torch.view(torch.index_select(x, 0, gather), [lanes, -1, x.shape[1]])
  narrow = __torch__.activated(__torch__.lane_linear(own, down, down_bias, first, lanes, slots), kind)
  wide = torch.view(__torch__.lane_linear(narrow, up, up_bias, first, lanes, slots), [-1, y.shape[1]])
  if torch.numel(back) > 0:
    wide = torch.index_select(wide, 0, back)
  return torch.index_add_(y, 0, tokens, wide)
