# What of a step on a CPU lies between its matrix products, which are made outside (HostStep). Tensors that stay the same
# through a step, in `memory`: the residual stream, what a product reads after a norm, q·k·v, what attention gives, gate·up,
# what the gate gives; and in `state`: cosines, sines, slots, wanted tokens, tables, and a mask for every layer. Weights and
# the meaning of `shape` are those of step.py.

def host_memory(x: Tensor, tokens: int, widths: List[int]) -> List[Tensor]:
  # one after the other, [tokens, width] each
  result = annotate(List[Tensor], [])
  at = 0
  for i in range(torch.len(widths)):
    done = torch.append(result, torch.view(torch.narrow(x, 0, at, tokens * widths[i]), [tokens, widths[i]]))
    at = at + tokens * widths[i]
  return result

def host_begin(numbers: Tensor, shape: List[int], w: List[Tensor], frequencies: Tensor, magnitude: float, windows: List[int], page: int, memory: List[Tensor]) -> List[Tensor]:
  singles, width, begun, n, wanted, entries = shape[0], shape[1], shape[2], shape[4], shape[5], shape[6]
  parts = torch.split_with_sizes(numbers, [n, n, n, wanted, entries, begun + 1], 0)
  x = memory[0]
  done = torch.copy_(x, torch.embedding(w[0], parts[0]))
  positions = parts[1]
  rotary = __torch__.rotary_tables(positions, frequencies, magnitude, x.dtype)
  state = [rotary[0], rotary[1], parts[2], parts[3], parts[4]]
  mask = positions
  masked = -1
  for layer in range(torch.len(windows)):
    if singles > 0 and windows[layer] != masked:
      masked = windows[layer]
      mask = __torch__.decode_mask(torch.narrow(positions, 0, 0, singles), width * page, masked, x.dtype)
    more = torch.append(state, mask)
  return state

def host_normed(memory: List[Tensor], w: List[Tensor], at: int, place: int, epsilon: float) -> Tensor:
  # for the layers whose weight follows the norm's; where they have a bias, their product begins with it
  x = memory[0]
  done1 = torch.copy_(memory[1], torch.rms_norm(x, [x.shape[1]], w[at], epsilon))
  if torch.numel(w[at + 2]) > 0:
    done2 = torch.copy_(memory[place], w[at + 2])
  return x

def host_attended(memory: List[Tensor], w: List[Tensor], state: List[Tensor], cache: List[Tensor], layer: int, heads: int, shape: List[int], starts: List[int], counts: List[int], window: int) -> Tensor:
  flat = memory[2]
  none = torch.narrow(state[2], 0, 0, 0)
  done1 = torch.copy_(memory[3], __torch__.attend_layer(flat, heads, state[0], state[1], state[2], cache[layer], state[4], state[5 + layer], [none], none, shape, starts, counts, window))
  bias = w[3 + 10 * layer + 4]
  if torch.numel(bias) > 0:
    done2 = torch.add_(memory[0], bias)
  return flat

def host_gated(memory: List[Tensor], w: List[Tensor], layer: int) -> Tensor:
  wide, act = memory[4], memory[5]
  half = wide.shape[1] // 2
  both = torch.split_with_sizes(wide, [half, half], 1)
  done1 = torch.mul(torch.silu(both[0]), both[1], out=act)
  bias = w[3 + 10 * layer + 9]
  if torch.numel(bias) > 0:
    done2 = torch.add_(memory[0], bias)
  return act

def host_last(memory: List[Tensor], w: List[Tensor], state: List[Tensor], epsilon: float) -> Tensor:
  x = memory[0]
  return torch.rms_norm(torch.index_select(x, 0, state[3]), [x.shape[1]], w[1], epsilon)
