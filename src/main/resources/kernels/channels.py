# Vectors of several adapters beneath one another, float32 [1 + n, columns], of which row 0 leaves a token as it is. A part of a
# batch that begins with token `first` is told by the row that each of its tokens takes, [part]; all others are left alone.

def put_channels(stack: Tensor, row: int, parts: List[Tensor]) -> Tensor:
  return torch.copy_(torch.select(stack, 0, row), torch.detach(torch.cat(parts, 0)))

def channel_rows(stack: Tensor, rows: Tensor, column: int, width: int) -> Tensor:
  return torch.index_select(torch.narrow(stack, 1, column, width), 0, rows)

def scale_inputs(x: Tensor, stack: Tensor, rows: Tensor, first: int, column: int) -> Tensor:
  # x [tokens, in] goes to others too, so that this is a copy
  factors = __torch__.channel_rows(stack, rows, column, x.shape[1])
  if factors.shape[0] == x.shape[0]:
    y = torch.to(torch.mul(x, factors), x.dtype)
  else:
    y = torch.clone(x)
    done = torch.mul_(torch.narrow(y, 0, first, factors.shape[0]), factors)
  return y

def change_outputs(y: Tensor, stack: Tensor, rows: Tensor, first: int, scale: int, shift: int) -> Tensor:
  # y [tokens, out], in place, times the vectors from one column on, plus those from another one on; -1 is none
  part = torch.narrow(y, 0, first, rows.shape[0])
  if shift < 0:
    done1 = torch.mul_(part, __torch__.channel_rows(stack, rows, scale, y.shape[1]))
  else:
    shifts = __torch__.channel_rows(stack, rows, shift, y.shape[1])
    if scale < 0:
      done2 = torch.add_(part, shifts)
    else:
      factors = __torch__.channel_rows(stack, rows, scale, y.shape[1])
      done3 = torch.copy_(part, torch.addcmul(shifts, torch.to(part, 6), factors))
  return y

def rms_norms(x: Tensor, stack: Tensor, rows: Tensor, column: int, epsilon: float) -> Tensor:
  # x [part, width], each token with a weight of its own; in float32 up to the end as in rms_norm
  weights = __torch__.channel_rows(stack, rows, column, x.shape[1])
  return torch.to(torch.mul(torch.rms_norm(torch.to(x, 6), [x.shape[1]], None, epsilon), weights), x.dtype)

def layer_norms(x: Tensor, stack: Tensor, rows: Tensor, weight: int, bias: int, epsilon: float) -> Tensor:
  # the same with biases
  weights = __torch__.channel_rows(stack, rows, weight, x.shape[1])
  biases = __torch__.channel_rows(stack, rows, bias, x.shape[1])
  plain = torch.layer_norm(torch.to(x, 6), [x.shape[1]], None, None, epsilon, True)
  return torch.to(torch.addcmul(biases, plain, weights), x.dtype)
